// Encoding speed, one thread, against Hugging Face tokenizers: `dotnet run -c Release --project bench/Text -- encode GOLDEN TOKENIZER`
using FastTune.Bench.Text;

if (args.Length is 3 or 4 && args[0] == "encode") return EncodeBench.Run(args[1], args[2], args.Length == 4 ? int.Parse(args[3]) : 5);
if (args.Length is 2 or 3 && args[0] == "fuzz") return FuzzBench.Run(args[1], args.Length == 3 ? int.Parse(args[2]) : 100_000);
if (args.Length is 3 or 4 && args[0] == "preprocess") return PreprocessBench.Run(args[1], args[2], args.Length == 4 ? int.Parse(args[3]) : 50_000);
if (args.Length >= 4 && args[0] == "stream") return StreamBench.Run(args[1], args[2], [.. args[3..].Select(int.Parse)]);
if (args.Length == 3 && args[0] == StreamBench.Child) return StreamBench.RunChild(args[1], args[2]);
Console.Error.WriteLine("usage: encode PERF_FOLDER TOKENIZER_FOLDER [ROUNDS] | fuzz TOKENIZERS_FOLDER [STRINGS] | preprocess DATA_SOURCES TOKENIZER_FOLDER [ROWS] | stream DATA_SOURCES TOKENIZER_FOLDER ROWS …");
return 2;
