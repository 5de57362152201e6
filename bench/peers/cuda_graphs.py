"""python3 cuda_graphs.py: VMamba-T and MambaIRv2-light in PyTorch as a CUDA graph on this machine's GPU, in float32 with TF32
off and on, beside `deno run -A bench/gpu_bench.ts`; and the scan alone, in the shapes that file names."""
import sys

import torch

from mambairv2 import MambaIRv2Light
from rows import Cuda, Plain
from vmamba import VMamba

# Name, batch, channels, groups, tokens, states, and what mamba_ssm's own kernel takes on an H100, in microseconds.
SCANS = [
    ("D384 L197 N16", 1, 384, 1, 197, 16, 11.4),
    ("D288 G4 L4096 N10", 1, 288, 4, 4096, 10, 37.7),
    ("D288 G4 L65536 N10", 1, 288, 4, 65536, 10, 577),
    ("D32 L8192 N16", 1, 32, 1, 8192, 16, 67.6),
    ("B64 D384 L197 N16", 64, 384, 1, 197, 16, 196),
    ("VMamba-T stage 1: D384 G4 L3136 N1", 1, 384, 4, 3136, 1, None),
]
NETS = {
    "vmamba-tiny-s1l8 224": (lambda rows, **options: VMamba(rows, **options), 224),
    "mambairv2-light-x2 64": (lambda rows, **options: MambaIRv2Light(rows, **options), 64),
}


def median_of(run, rounds=100):
    """Median and fastest milliseconds of a CUDA graph of `run`, on a GPU that has been busy for a second."""
    with torch.inference_mode():
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(5):
                run()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            run()
    a = torch.randn(4096, 4096, device="cuda")
    for _ in range(200):
        a @ a
    for _ in range(20):
        graph.replay()
    marks = [[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(rounds)]
    for start, end in marks:
        start.record()
        graph.replay()
        end.record()
    torch.cuda.synchronize()
    times = sorted(start.elapsed_time(end) for start, end in marks)
    return times[rounds // 2], times[0]


def operands(batch, channels, groups, length, states):
    torch.manual_seed(1)
    k, e = batch * groups, channels // groups
    u, dt = torch.randn(k, e, length), torch.randn(k, e, length) - 2
    b, c = torch.randn(k, states, length), torch.randn(k, states, length)
    a = -torch.arange(1, states + 1).float().repeat(groups, e, 1)
    return [v.cuda() for v in (u, dt, a, b, c, torch.ones(groups, e), torch.zeros(groups, e))]


def check(cuda):
    """Refuses to time what is wrong: odd and even lengths, a row longer than a block, groups and batch."""
    for shape in ((1, 8, 4, 49, 1), (2, 12, 2, 197, 3), (1, 8, 4, 3136, 1), (1, 4, 1, 5000, 8), (1, 6, 1, 4096, 16)):
        given = operands(*shape)
        wanted = Plain().scan(*[v.double() for v in given])
        apart = ((cuda.scan(*given) - wanted).abs().max() / wanted.abs().max()).item()
        if not apart < 1e-4:
            sys.exit(f"the scan of {shape} is {apart} apart")
    x = torch.randn(3, 10, 14).cuda()
    rows = cuda.cross_scan(x)
    merged = cuda.cross_merge(rows, 10, 14)
    if not torch.equal(rows, Plain().cross_scan(x)) or not torch.allclose(merged, Plain().cross_merge(rows, 10, 14)):
        sys.exit("the cross scan is wrong")


torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
print(torch.cuda.get_device_name(), torch.__version__, flush=True)
cuda = Cuda()
check(cuda)
for name, batch, channels, groups, length, states, rival in SCANS:
    given = operands(batch, channels, groups, length, states)

    def twenty():
        for _ in range(20):
            cuda.scan(*given)

    time = median_of(twenty)[0] / 20 * 1000
    print(f"scan {name}: {time:.1f} us" + (f", mamba_ssm on an H100 {rival} ({time / rival:.2f})" if rival else ""), flush=True)
for name, (make, side) in NETS.items():
    torch.manual_seed(0)
    quiet = {} if name.startswith("vmamba") else {"noise": lambda layer, scores: torch.zeros_like(scores)}
    model = make(cuda, **quiet).cuda().eval().requires_grad_(False)
    exact = make(Plain(), **quiet).double().cuda().eval().requires_grad_(False)
    exact.load_state_dict(model.state_dict())
    image = torch.rand(1, 3, side, side).cuda()
    with torch.inference_mode():
        wanted = exact(image.double())
        apart = ((model(image) - wanted).abs().max() / wanted.abs().max()).item()
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, {apart:.1e} from float64", flush=True)
    timed = make(cuda).cuda().eval().requires_grad_(False)
    timed.load_state_dict(model.state_dict())
    for tf32 in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        median, fastest = median_of(lambda: timed(image))
        print(f"{name}: TF32 {'on' if tf32 else 'off'}: median {median:.3f} ms, fastest {fastest:.3f}", flush=True)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
