// Where a token's key or value lies in the pages.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.PagedAttention.Cpu;

readonly unsafe struct PageView(in PagedWork work)
{
    readonly int* table = (int*)work.Map.Table.Pointer;
    readonly long widest = work.Map.Table.Columns;
    readonly int heads = work.Rule.KeyValueHeads;

    public readonly long RowBytes = (long)work.Rule.HeadSize * work.Q.Type.Size();

    /// <summary>The row of a token and head; the page's later tokens of the same head follow it.</summary>
    public byte* Row(void* pages, int sequence, int token, int head)
    {
        long page = table[sequence * widest + token / KeyValuePages.PageTokens];
        return (byte*)pages + ((page * heads + head) * KeyValuePages.PageTokens + token % KeyValuePages.PageTokens) * RowBytes;
    }
}
