// Runs as processes: killed at random moments they go on to the same bits, and signals end them with a checkpoint.
using System.Diagnostics;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class KillTests
{
    /// <summary>Number of kills for each method, for the long form; a few else.</summary>
    private const string Kills = "FASTTUNE_TEST_KILLS";
    private const int Few = 2, Steps = 30;
    private static readonly string[] EveryStep = ["save_steps=1", $"max_steps={Steps}", "save_total_limit=3"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Killed_at_random_moments_a_run_ends_with_the_same_bits(bool lora)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "kill -9 is for Linux and macOS");
        using var run = new TinyRun();
        string[] keys = EveryStep;
        if (lora)
        {
            Assert.Equal(0, run.Run("train", "save_strategy=no", $"output_dir={run.At("base")}").Code);
            keys = [.. EveryStep, "stage=sft", "finetuning_type=lora", "train_from_scratch=false", $"model_name_or_path={run.At("base")}", "learning_rate=1e-3"];
        }
        string weights = lora ? "adapter_model.safetensors" : "model.safetensors";
        TimeSpan whole = Whole(run, [.. keys, $"output_dir={run.At("whole")}"]);
        byte[] expected = File.ReadAllBytes(run.At("whole", weights));
        int wanted = int.TryParse(Environment.GetEnvironmentVariable(Kills), out int given) ? given : Few, kills = 0, resumed = 0, ended = 0;
        var random = new Random(11);
        while (kills < wanted)
        {
            if (KillOnce(run, keys, whole * random.NextDouble()))
            {
                kills++;
                if (new Checkpoints(run.At("out")).Newest() is not null) resumed++;
                continue;
            }
            ended++;
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(run.At("out", weights))), $"after {kills} kills the weights are others");
            Directory.Delete(run.At("out"), recursive: true);
        }
        using var last = new ChildRun(run, keys);
        Assert.True(last.Wait() == 0, last.Error);
        Assert.Equal(expected, File.ReadAllBytes(run.At("out", weights)));
        TestContext.Current.SendDiagnosticMessage($"{(lora ? "LoRA" : "full")}: {kills} kills, {resumed} with a checkpoint to go on from, {ended + 1} runs to the end: same bits");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public void A_signal_finishes_the_step_saves_and_says_how_to_go_on(int signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals are for Linux and macOS");
        Assert.SkipWhen(IsIgnored(signal), $"signal {signal} is ignored by whoever started the tests (a shell's background job), and so by the runs they start");
        using var run = new TinyRun();
        using (var child = new ChildRun(run, "max_steps=1000000", "save_strategy=no"))
        {
            child.WaitForFirstStep();
            while (!child.Error.Contains("loss", StringComparison.Ordinal)) Thread.Sleep(20);
            child.Signal(signal);
            Assert.Equal(130, child.Wait());
            Assert.Contains("finishing this step", child.Error);
            Assert.Matches(@"interrupted after step \d+: saved; run the same command to go on", child.Error);
        }
        Assert.NotNull(new Checkpoints(run.At("out")).Newest());
        var (code, _, error) = run.Run("train", "max_steps=1");
        Assert.True(code == 0, error);
    }

    [Fact]
    public void A_second_signal_stops_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals are for Linux and macOS");
        using var run = new TinyRun();
        // One step of so many micro-batches that it takes a minute.
        run.WriteRows(Enumerable.Range(0, 20_000).Select(i => $$"""{"instruction": "q{{i}}", "output": "a{{i}}"}"""));
        using var child = new ChildRun(run, "stage=sft", "max_steps=2", "gradient_accumulation_steps=10000", "save_strategy=no");
        child.WaitForFirstStep();
        Thread.Sleep(300);
        child.Signal(15);
        while (!child.Error.Contains("finishing this step", StringComparison.Ordinal)) Thread.Sleep(5); // two at once may arrive as one
        child.Signal(15);
        Assert.True(child.WaitFor(TimeSpan.FromSeconds(30)), "still running");
        Assert.Equal(130, child.Wait());
        Assert.DoesNotContain("saved", child.Error);
    }

    private static bool IsIgnored(int signal)
    {
        if (!OperatingSystem.IsLinux()) return false;
        string mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        return (Convert.ToUInt64(mask, 16) >> (signal - 1) & 1) == 1;
    }

    private static TimeSpan Whole(TinyRun run, string[] keys)
    {
        using var child = new ChildRun(run, keys);
        child.WaitForFirstStep();
        var clock = Stopwatch.StartNew();
        Assert.True(child.Wait() == 0, child.Error);
        return clock.Elapsed;
    }

    /// <summary>Starts or resumes, kills after a while; false when it came to its end before.</summary>
    private static bool KillOnce(TinyRun run, string[] keys, TimeSpan moment)
    {
        using var child = new ChildRun(run, keys);
        child.WaitForFirstStep();
        if (!child.WaitFor(moment))
        {
            child.Kill();
            return true;
        }
        Assert.True(child.Wait() == 0, child.Error);
        return false;
    }
}
