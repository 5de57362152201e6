// Written by tools/pack_models.ts from the records of src/models.
/** Released checkpoints, as the families' records have them. */
export const RELEASED_ROWS = [
  {"name":"vim-tiny","model":"vim","url":"https://huggingface.co/hustvl/Vim-tiny-midclstok/resolve/main/vim_t_midclstok_76p1acc.pth","file":"vim_t_midclstok_76p1acc.pth","megabytes":109.7,"licence":"Apache-2.0","top1":76.1,"top5":93,"tried":false},
  {"name":"vim-tiny-plus","model":"vim","url":"https://huggingface.co/hustvl/Vim-tiny-midclstok/resolve/main/vim_t_midclstok_ft_78p3acc.pth","file":"vim_t_midclstok_ft_78p3acc.pth","megabytes":111.2,"licence":"Apache-2.0","top1":78.3,"top5":94.2,"tried":false},
  {"name":"vim-small","model":"vim","url":"https://huggingface.co/hustvl/Vim-small-midclstok/resolve/main/vim_s_midclstok_80p5acc.pth","file":"vim_s_midclstok_80p5acc.pth","megabytes":394.2,"licence":"Apache-2.0","top1":80.5,"top5":95.1,"sha256":"aae4583e2def6389b66cfaf292cfade47a873182a39adbec19ec55b730ea9fe3","tried":false},
  {"name":"vim-small-plus","model":"vim","url":"https://huggingface.co/hustvl/Vim-small-midclstok/resolve/main/vim_s_midclstok_ft_81p6acc.pth","file":"vim_s_midclstok_ft_81p6acc.pth","megabytes":397.4,"licence":"Apache-2.0","top1":81.6,"top5":95.4,"tried":false},
  {"name":"vim-base","model":"vim","url":"https://huggingface.co/hustvl/Vim-base-midclstok/resolve/main/vim_b_midclstok_81p9acc.pth","file":"vim_b_midclstok_81p9acc.pth","megabytes":1489.8,"licence":"Apache-2.0","top1":81.9,"top5":95.8,"tried":false},
] as const;
