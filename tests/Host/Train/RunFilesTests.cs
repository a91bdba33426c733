// Holds the run's files to LLaMA-Factory's: spelling of numbers, key order, torn lines, checkpoints whole or absent.
using FastTune.Optim;
using FastTune.Rng;
using FastTune.Train.Log;
using FastTune.Train.Progress;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public sealed class RunFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fasttune-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0.0032500000000000003, "0.0032500000000000003")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(2362724352.0, "2362724352.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.0, "0.0")]
    [InlineData(100.0, "100.0")]
    [InlineData(double.NaN, "NaN")]
    public void NumbersAreSpelledAsPythonDoes(double value, string text) => Assert.Equal(text, PythonJson.Number(value));

    [Fact]
    public void ALogLineIsLlamaFactorys()
    {
        using (var log = new TrainerLog(_folder, resumedStep: null, 16, () => TimeSpan.FromSeconds(0.3675)))
            log.Append(new TrainerLogLine(6, 0.6) { Loss = 0.8612507581710815, Rate = 0.00275, Tokens = 1344 });
        Assert.Equal("{\"current_steps\": 6, \"total_steps\": 16, \"loss\": 0.8612507581710815, \"lr\": 0.00275, \"epoch\": 0.6, \"percentage\": 37.5, \"elapsed_time\": \"0:00:00\", \"remaining_time\": \"0:00:00\", \"throughput\": 3657.14, \"total_tokens\": 1344}\n",
            File.ReadAllText(Path.Combine(_folder, TrainerLog.FileName)));
    }

    [Fact]
    public void AResumedLogKeepsTheLinesOfItsCheckpointAndDropsLaterAndTornOnes()
    {
        string path = Path.Combine(_folder, TrainerLog.FileName);
        File.WriteAllText(path, "{\"current_steps\": 1}\n{\"current_steps\": 2}\n{\"current_st");
        using (var log = new TrainerLog(_folder, resumedStep: 1, 2, () => TimeSpan.FromDays(1.5))) log.Append(new TrainerLogLine(2, 1));
        string[] lines = File.ReadAllLines(path);
        Assert.Equal("{\"current_steps\": 1}", lines[0]);
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"elapsed_time\": \"1 day, 12:00:00\"", lines[1]);
        new TrainerLog(_folder, resumedStep: null, 2, () => default).Dispose();
        Assert.Empty(File.ReadAllText(path));
    }

    [Fact]
    public void AStateReadBackWritesTheSameFile()
    {
        var state = new TrainerState
        {
            GlobalStep = 16,
            Epoch = 1.6,
            MaxSteps = 16,
            NumTrainEpochs = 2,
            TotalFlos = 2362724352,
            BestMetric = 0.91,
            BestGlobalStep = 4,
            BestModelCheckpoint = "out/checkpoint-4",
            ShouldSave = true,
            EarlyStopping = new(2, 1),
            LogHistory = [new Dictionary<string, object?> { ["epoch"] = 1.0, ["step"] = 10L, ["loss"] = 0.25 }],
        };
        state.Write(_folder);
        string first = File.ReadAllText(Path.Combine(_folder, TrainerState.FileName));
        var read = TrainerState.Read(_folder);
        read.Write(_folder);
        Assert.Equal(first, File.ReadAllText(Path.Combine(_folder, TrainerState.FileName)));
        Assert.Equal([(10, 0.25)], read.Series("loss"));
        Assert.StartsWith("{\n  \"best_global_step\": 4,\n  \"best_metric\": 0.91,", first);
    }

    [Fact]
    public void ResultsOfAllPhasesAreMerged()
    {
        RunResults.Save(_folder, "train", new Dictionary<string, object?> { ["train_loss"] = 1.5, ["epoch"] = 2.0 });
        RunResults.Save(_folder, "eval", new Dictionary<string, object?> { ["eval_loss"] = 1.0, ["epoch"] = 2.0 });
        Assert.Equal("{\n    \"epoch\": 2.0,\n    \"eval_loss\": 1.0,\n    \"train_loss\": 1.5\n}", File.ReadAllText(Path.Combine(_folder, "all_results.json")));
    }

    [Fact]
    public void CheckpointsAreWholeOrAbsentAndTheBestIsKept()
    {
        var checkpoints = new Checkpoints(_folder);
        foreach (int step in new[] { 4, 8, 12, 100 })
        {
            checkpoints.Write(step, folder => File.WriteAllText(Path.Combine(folder, TrainerState.FileName), "{}"));
            checkpoints.Prune(2, Path.Combine(_folder, "checkpoint-4"));
        }
        Assert.Throws<InvalidOperationException>(() => checkpoints.Write(200, _ => throw new InvalidOperationException()));
        Directory.CreateDirectory(Path.Combine(_folder, "checkpoint-300"));
        Assert.Equal([4, 100], checkpoints.All().Select(entry => entry.Step));
        Assert.Equal(Path.Combine(_folder, "checkpoint-100"), checkpoints.Newest());
    }

    [Fact]
    public void TheStreamAndTheScheduleComeBackFromTheirFiles()
    {
        var stream = new TorchGenerator(3);
        stream.Normal(new float[5]);
        ResumeState.SaveRandom(_folder, stream.Save());
        var schedule = RateSchedule.Create("reduce_lr_on_plateau", new Dictionary<string, object?> { ["patience"] = 0L }, [1e-3], 0, 10);
        schedule.Observe(1);
        schedule.Observe(2);
        ResumeState.SaveSchedule(_folder, schedule.Save(2));
        var restored = TorchGenerator.Restore(ResumeState.LoadRandom(_folder));
        float[] expected = new float[2], actual = new float[2];
        stream.Normal(expected);
        restored.Normal(actual);
        Assert.Equal(expected, actual);
        Assert.Equal(schedule.Rate(2), ResumeState.LoadSchedule(_folder).Plateau!.Rates[0]);
        File.WriteAllText(Path.Combine(_folder, ResumeState.RandomName), "{");
        Assert.Throws<UserError>(() => ResumeState.LoadRandom(_folder));
    }

    [Fact]
    public void ProgressIsOneShortLine()
    {
        var figures = new ProgressFigures(120, 1000, 20, TimeSpan.FromSeconds(40)) { Loss = 1.25, Rate = 1e-4, GradNorm = 0.5, TokensPerSecond = 1234, PeakBytes = 512_000_000 };
        string line = ProgressReport.Line(figures);
        Assert.Equal("120/1000 12% | loss 1.2500 | lr 1.00e-4 | norm 0.500 | 1234 tok/s | 512 MB | 0:00:40 < 0:29:20", line);
        var piped = new StringWriter();
        var report = new ProgressReport(piped, isTerminal: false);
        report.Step(figures);
        report.Logged(figures);
        Assert.Equal(line + Environment.NewLine, piped.ToString());
    }
}
