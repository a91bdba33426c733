// What a resumed run needs so that its log goes on as if nothing had happened, and which rows it was on: in rng_state.json.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FastTune.Config;
using FastTune.Data;

namespace FastTune.Train.State;

/// <param name="Data">Fingerprint of the training rows (<see cref="FingerprintOf(PreparedData, DataOptions)"/>).</param>
/// <param name="DataStart">Steps that were finished when these rows were begun: 0, unless a resumed run was given other ones.</param>
/// <param name="LossSum">Sum of the losses since the last log line.</param>
/// <param name="LossSteps">Steps in that sum.</param>
/// <param name="AllLosses">Sum of the losses of all steps.</param>
/// <param name="Tokens">Input ids trained on, padding included.</param>
public sealed record RunState(string Data, int DataStart, double LossSum, int LossSteps, double AllLosses, long Tokens)
{
    /// <summary>SHA-256 over ids, labels and packing of every row, in order: equal rows, equal text. Of a stream, whose rows are not at
    /// hand, over the keys that choose and order them.</summary>
    public static string FingerprintOf(PreparedData data, DataOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (data.TrainStream is not null) hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(Chosen(options)));
        foreach (Sample row in data.TrainRows)
            foreach (int[]? part in new[] { row.InputIds, row.Labels, row.PositionIds, row.SequenceIds, row.OtherIds, row.OtherLabels, [row.Desired ? 1 : 0] })
                Append(hash, part);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static object?[] Chosen(DataOptions options) =>
    [
        options.Dataset, Path.GetFullPath(options.DatasetDir), options.MaxSamples, options.ValSize, options.MixStrategy, options.InterleaveProbs,
        options.BufferSize, options.PreprocessingBatchSize,
    ];

    private static void Append(IncrementalHash hash, int[]? values)
    {
        int length = values?.Length ?? -1;
        hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
        hash.AppendData(MemoryMarshal.AsBytes<int>(values));
    }
}
