// The first half of a pass: all threads pack one panel of B, [depth blocks][column slivers][depth, columns].
namespace FastTune.Kernels.Devices.Cpu.Gemm;

unsafe struct PackPanel : IPoolBody
{
    public PackSource Source;
    public GemmPlan Plan;
    public float* Panel;
    public int Column, Columns, Depth0, Depth; // which part of B; depths count steps

    readonly int Group => Plan.Kernel.Columns * Packing.DecodeSlivers;

    readonly int Groups => GemmPlan.CeilDiv(Columns, Group);

    public readonly int Tasks => Groups * GemmPlan.CeilDiv(Depth, GemmPlan.DepthBlock);

    public readonly void Run(int task, int worker)
    {
        int k = task / Groups * GemmPlan.DepthBlock, column = task % Groups * Group;
        int depth = Math.Min(GemmPlan.DepthBlock, Depth - k);
        float* decoded = Source.Stored is null ? null : GemmWorkspace.Current.Decoded(Plan.DecodedFloats);
        Packing.Block(
            Plan.Kernel, Source, Column + column, Math.Min(Group, Columns - column), Depth0 + k, depth, Plan.Kernel.Columns,
            Panel + (long)k * GemmPlan.RoundUp(Columns, Plan.Kernel.Columns) + (long)column * depth, decoded);
    }
}
