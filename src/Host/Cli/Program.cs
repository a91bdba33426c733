// Entry point of the `fasttune` command.
using FastTune.Cli;

return Shell.Run(args);
