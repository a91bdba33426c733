// Parity: checks golden folders. `dotnet run -c Release --project tools/Parity -- DIR… [--only GLOB] [--device NAME]`
using FastTune.Parity;

return ParityRun.Start(args);
