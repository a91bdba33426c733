// Batches carry their sequence boundaries: plain packing is one sequence, neat packing many, padding none.
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class CollatorTests
{
    private static Sample Row(params int[] ids) => new() { InputIds = ids, Labels = ids, Origins = [new RowOrigin("d", "f", ids[0])] };

    [Theory]
    [InlineData(false, new[] { 1, 1, 1, 1, 1, 1, 0, 0 })]
    [InlineData(true, new[] { 1, 1, 1, 2, 2, 0, 0, 0 })]
    public void Packed_rows_say_which_tokens_see_each_other(bool neat, int[] sequences)
    {
        var packed = new Packer(5, neat, PadId: 0).Pack([Row(1, 2), Row(3, 4, 5)]);
        var batch = new Collator(RowKind.Supervised, PadId: 0, EosId: 9, Multiple: 8).Collate(packed);
        Assert.Equal([3, 4, 5, 1, 2, 0, 0, 0], batch.InputIds);
        Assert.Equal(sequences, batch.SequenceIds);
        Assert.Equal([0, 1, 2, 0, 1, 0, 0, 0], batch.PositionIds);
        Assert.Equal(5, batch.LabelCount);
        Assert.Equal(!neat, batch.MayAttend(0, 3, 2));
    }

    [Fact]
    public void Trimming_takes_only_columns_that_are_padding_in_every_row()
    {
        var batch = new Collator(RowKind.Supervised, PadId: 0, EosId: 9, Multiple: 8).Collate([Row(1, 2, 3), Row(4)]).TrimPadding();
        Assert.Equal(3, batch.Width);
        Assert.Equal([1, 2, 3, 4, 0, 0], batch.InputIds);
        Assert.Equal([1, 2, 3, 4, -100, -100], batch.Labels);
    }
}
