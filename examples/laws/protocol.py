"""The file protocol in Python: reads every case of a folder, calls a scan, writes what it gives (needs safetensors)."""
import pathlib, sys


def answer(scan, framework, kind):
    """Calls scan(tensors, softplus) -> (y, last_state) for all cases of the folder that the command line names."""
    from safetensors import safe_open

    save = __import__(f"safetensors.{kind}", fromlist=["save_file"]).save_file
    for path in sorted(pathlib.Path(sys.argv[-1]).glob("*.in.safetensors")):
        with safe_open(path, framework) as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
            y, state = scan(tensors, file.metadata()["softplus"] == "true")
        save({"y": y, "last_state": state}, str(path).replace(".in.", ".out."))
