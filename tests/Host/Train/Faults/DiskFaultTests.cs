// A run on a disk that fails, dies or loses power at each of its operations: what was reported as saved is there, and resuming gives the same bits.
using FastTune.Formats;
using FastTune.Tests.Host.Cli;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class DiskFaultTests
{
    /// <summary>How many operations of each run are struck, spread over it: a few, unless the variable asks for more.</summary>
    private const string Strikes = "FASTTUNE_TEST_FAULTS";
    private const int Few = 4;

    private static readonly string[] Full = ["save_steps=1", "max_steps=3", "save_total_limit=1"];

    [Theory]
    [InlineData(false, Fault.Error)]
    [InlineData(false, Fault.Death)]
    [InlineData(false, Fault.PowerCut)]
    [InlineData(true, Fault.Error)]
    [InlineData(true, Fault.PowerCut)]
    public void Nothing_is_lost_that_was_reported_as_saved(bool lora, object fault)
    {
        using var run = new TinyRun();
        string[] keys = lora ? Lora(run) : Full;
        string weights = lora ? "adapter_model.safetensors" : "model.safetensors";
        int operations = Count(run, [.. keys, $"output_dir={run.At("whole")}"], run.At("whole"));
        Assert.True(operations > 100, $"{operations} operations went through the disk");
        byte[] expected = File.ReadAllBytes(run.At("whole", weights));
        int wanted = int.TryParse(Environment.GetEnvironmentVariable(Strikes), out int given) ? given : Few, every = Math.Max(1, operations / wanted), tried = 0;
        for (int at = 1 + operations % every; at <= operations; at += every, tried++)
        {
            if (Directory.Exists(run.At("out"))) Directory.Delete(run.At("out"), recursive: true);
            int saved = Strike(run, keys, at, (Fault)fault);
            Assert.True((new Checkpoints(run.At("out")).All() is { Count: > 0 } all ? all[^1].Step : 0) >= saved, $"{fault} at {at}: step {saved} was reported as saved and is gone");
            var (code, _, error) = run.Run("train", keys);
            Assert.True(code == 0, $"{fault} at {at}: {error}");
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(run.At("out", weights))), $"{fault} at {at}: other weights than those of the whole run");
            Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(run.At("out")), path => path.EndsWith(".tmp", StringComparison.Ordinal) || path.EndsWith(".unfinished", StringComparison.Ordinal));
        }
        TestContext.Current.SendDiagnosticMessage($"{fault}, {(lora ? "LoRA" : "full")}: struck at {tried} of {operations} operations");
    }

    [Fact]
    public void A_full_disk_is_noticed_before_a_checkpoint_and_named_with_the_need()
    {
        using var run = new TinyRun();
        var disk = new FaultyDisk(run.At("out")) { Free = 1_000_000 };
        var (code, error) = On(disk, run, Full);
        Assert.Equal(1, code);
        Assert.Matches(@"output_dir: a checkpoint takes \d+ MB, .*out has 1 MB free", error);
        Assert.Contains("save_total_limit", error);
        Assert.False(Directory.Exists(run.At("out", "checkpoint-1")));
    }

    [Fact]
    public void A_disk_that_fills_in_the_middle_leaves_the_checkpoint_before_and_says_so()
    {
        using var run = new TinyRun();
        int whole = Count(run, Full, run.At("out")), first = Count(run, [.. Full, "overwrite_output_dir=true", "max_steps=1"], run.At("out"));
        Directory.Delete(run.At("out"), recursive: true);
        var (code, error) = On(new FaultyDisk(run.At("out"), at: (first + whole) / 2), run, Full);
        Assert.Equal(1, code);
        string line = error.Trim().Split('\n')[^1];
        Assert.Contains("No space left on device", line);
        Assert.Matches(@"checkpoint-\d is complete: run the same command to go on", line);
    }

    private static string[] Lora(TinyRun run)
    {
        Assert.Equal(0, run.Run("train", "save_strategy=no", $"output_dir={run.At("base")}").Code);
        return [.. Full, "stage=sft", "finetuning_type=lora", "train_from_scratch=false", $"model_name_or_path={run.At("base")}", "learning_rate=1e-3"];
    }

    private static int Count(TinyRun run, string[] keys, string output)
    {
        var disk = new FaultyDisk(output);
        var (code, error) = On(disk, run, keys);
        Assert.True(code == 0, error);
        return disk.Count;
    }

    /// <summary>Runs until the fault; returns the last step that the run said it had saved.</summary>
    private static int Strike(TinyRun run, string[] keys, int at, Fault fault)
    {
        var disk = new FaultyDisk(run.At("out"), at, fault);
        var (code, error) = On(disk, run, keys);
        Assert.True(disk.Struck && code != 0, $"{fault} at {at} was survived: {error}");
        disk.Settle();
        string[] reports = [.. error.Split('\n').Where(line => line.Contains(": saved ", StringComparison.Ordinal))];
        return reports.Length == 0 ? 0 : int.Parse(reports[^1].Split(' ', ':')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The command on this disk. A dead process says nothing more: what it had written by then counts.</summary>
    private static (int Code, string Error) On(FaultyDisk disk, TinyRun run, string[] keys)
    {
        AtomicFile.Replacement = disk;
        try
        {
            var (code, _, error) = run.Run("train", keys);
            return (code, error);
        }
        finally
        {
            AtomicFile.Replacement = null;
        }
    }
}
