// The steps of a preparation: read and join datasets, encode, split, check that something trains.
using FastTune.Rng;

namespace FastTune.Data;

internal sealed class Preparation(DataRequest request, Reports reports)
{
    private readonly DatasetCatalog _catalog = DatasetCatalog.Load(request.Data.DatasetDir, request.Data.HubFiles);

    private ulong Seed => unchecked((ulong)request.Seed);

    /// <summary>Everything read and encoded at once.</summary>
    public PreparedData InMemory(PreparedData prepared, RowKind kind, RowKind evalKind)
    {
        var data = request.Data;
        var train = data.Dataset.Count > 0 ? Encode(Join(data.Dataset, kind), kind, reports).ToList() : [];
        if (data.Dataset.Count > 0) CheckTrains(train, kind, "training");
        var evalSets = EvalSets(evalKind);
        if (data.ValSize <= 0 || train.Count == 0) return prepared with { TrainRows = train, EvalSets = evalSets };
        var (trainOrder, heldOrder) = SampleOrder.Split(train.Count, data.ValSize, Seed);
        var held = Held(heldOrder.Select(i => train[i]), kind, evalKind);
        return prepared with { TrainRows = [.. trainOrder.Select(i => train[i])], EvalSets = [new EvalSet(null, held)] };
    }

    /// <summary>Training rows read while they are used; evaluation sets in memory.</summary>
    public PreparedData Stream(PreparedData prepared, RowKind kind, RowKind evalKind)
    {
        var data = request.Data;
        var evalSets = EvalSets(evalKind);
        if (data.Dataset.Count == 0) return prepared with { EvalSets = evalSets };
        var sources = Entries(data.Dataset, kind).ToList();
        if (sources.Find(entry => entry.NumSamples is not null) is { } drawn)
            throw new UserError($"dataset '{drawn.Name}': num_samples draws from the whole dataset, which streaming never has; take it out of dataset_info.json");
        if (sources.Count > 1 && data.MixStrategy == "concat")
            reports.Warn("", "mix", "streaming with mix_strategy concat reads one dataset after the other; choose interleave_under or interleave_over to mix them");
        IEnumerable<Sample> Pass(int epoch, Reports told) => ShuffleBuffer.Shuffle(
            Checked(Encode(Mix(sources.ConvertAll(entry => DatasetRows.Stream(entry, data.MaxSamples))), kind, told), kind),
            data.BufferSize, Seed + (ulong)epoch);
        // What a row was warned about once is not said again in later passes.
        Reports Silent() => new(data.CutoffLen);
        int held = (int)data.ValSize;
        if (data.ValSize > 0 && held < 1) throw new UserError("val_size must be a count of rows when streaming: the number of rows is not known");
        // The held rows are those that the first epoch begins with; later epochs are shuffled alike so that they stay apart.
        if (held > 0) evalSets = [new EvalSet(null, Held(Pass(0, Silent()).Take(held), kind, evalKind))];
        return prepared with
        {
            EvalSets = evalSets,
            TrainStream = epoch => Pass(held > 0 ? 0 : epoch, epoch == 0 ? reports : Silent()).Skip(held),
        };
    }

    private IReadOnlyList<EvalSet> EvalSets(RowKind kind)
    {
        var names = request.Data.EvalDataset;
        if (names.Count == 0) return [];
        if (!request.Data.EvalOnEachDataset) return [Set(null, names, kind)];
        return names.Select(name => Set(name, [name], kind)).ToList();
    }

    private EvalSet Set(string? title, IReadOnlyList<string> names, RowKind kind)
    {
        var rows = Encode(Join(names, kind), kind, reports).ToList();
        return rows.Count > 0 ? new EvalSet(title, rows) : throw NothingLeft($"evaluation ({string.Join(", ", names)})");
    }

    private IEnumerable<DatasetEntry> Entries(IReadOnlyList<string> names, RowKind kind)
    {
        foreach (string name in names)
        {
            var entry = _catalog.Find(name, line => reports.Warn(name, "keys", line));
            RowUse.CheckRanking(entry, kind);
            yield return entry;
        }
    }

    private IEnumerable<AlignedRow> Join(IReadOnlyList<string> names, RowKind kind)
    {
        var draws = new NumPyGenerator(Seed);
        var rows = Entries(names, kind).Select(entry => DatasetRows.Load(entry, request.Data.MaxSamples, draws.Permutation));
        return Mix(rows.Select(set => (IEnumerable<AlignedRow>)set).ToList());
    }

    private IEnumerable<AlignedRow> Mix(IReadOnlyList<IEnumerable<AlignedRow>> sources) =>
        Mixing.Mix(sources, request.Data.MixStrategy, request.Data.InterleaveProbs, new NumPyGenerator(Seed).NextDouble);

    private IEnumerable<Sample> Encode(IEnumerable<AlignedRow> rows, RowKind kind, Reports told)
    {
        var data = request.Data;
        bool packs = kind is RowKind.Supervised or RowKind.Pretrain;
        var options = new EncodingOptions(
            kind, data.CutoffLen, data.TrainOnPrompt, data.MaskHistory, packs && data.Packing, packs && data.NeatPacking,
            data.EnableThinking, data.PreserveThinking, request.Template.Tokenizer.AddsBos);
        int threads = Math.Max(1, data.PreprocessingNumWorkers ?? Environment.ProcessorCount);
        return new GroupEncoder(new RowEncoder(request.Template, options), options, told, data.PreprocessingBatchSize, threads, data.StrictLabels).Encode(rows);
    }

    private void CheckTrains(List<Sample> rows, RowKind kind, string what)
    {
        if (rows.Count == 0) throw NothingLeft(what);
        if (!rows.Exists(row => Trains(row, kind))) throw NothingTrains();
    }

    /// <summary>The rows of a pass over a stream, checked when it ends as a whole set is.</summary>
    private IEnumerable<Sample> Checked(IEnumerable<Sample> rows, RowKind kind)
    {
        bool any = false, trains = false;
        foreach (var row in rows)
        {
            any = true;
            trains = trains || Trains(row, kind);
            yield return row;
        }
        if (!any) throw NothingLeft("training");
        if (!trains) throw NothingTrains();
    }

    private static bool Trains(Sample row, RowKind kind) => kind == RowKind.Prompts || row.Trains;

    private UserError NothingTrains() =>
        new($"no row has a trained token: cutoff_len {request.Data.CutoffLen} is too short for template '{request.Template.Name}', or every answer is masked");

    private UserError NothingLeft(string what) =>
        new($"no rows are left for {what}{(reports.Warnings.Count > 0 ? $" ({reports.Warnings[0]})" : ": the texts do not fill one block of cutoff_len tokens")}");

    private static List<Sample> Held(IEnumerable<Sample> rows, RowKind kind, RowKind evalKind) =>
        rows.Select(row => evalKind == RowKind.Prompts && kind != evalKind ? AsPrompt(row) : row).ToList();

    /// <summary>A supervised row as a prompt and its last answer, for generation on split-off rows.</summary>
    private static Sample AsPrompt(Sample row)
    {
        int start = row.Labels.AsSpan().LastIndexOf(Sample.Ignored) + 1;
        return row with { InputIds = row.InputIds[..start], Labels = row.InputIds[start..], PositionIds = null, SequenceIds = null };
    }
}
