-- The manual's page on `completion`.

return [[
It prints a script that lets your shell complete commands, options and their values. To use it in every new shell:

bash :: `vmq-recovery completion bash >> ~/.bash_profile`
zsh :: `vmq-recovery completion zsh > DIR/_vmq-recovery`, where DIR is a folder of fpath
fish :: `vmq-recovery completion fish > ~/.config/fish/completions/vmq-recovery.fish`
]]
