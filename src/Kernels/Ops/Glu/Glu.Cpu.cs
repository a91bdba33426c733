// glu on the CPU: one pass over the rows; the gate function is a type, so each loop is compiled for it.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Glu;

internal sealed unsafe class GluCpu : IGluKernel
{
    public void Forward(IDevice device, in Tensor e, in Tensor g, in Tensor h, GateFunction gate)
    {
        CpuPool pool = CpuDevice.PoolOf(device);
        switch (gate)
        {
            case GateFunction.Silu: Run<SiluGate>(pool, e, g, h); break;
            case GateFunction.Gelu: Run<GeluGate>(pool, e, g, h); break;
            case GateFunction.GeluTanh: Run<GeluTanhGate>(pool, e, g, h); break;
            default: Run<ReluGate>(pool, e, g, h); break;
        }
    }

    public void Backward(IDevice device, in Tensor dh, in Tensor e, in Tensor g, in Tensor de, in Tensor dg, GateFunction gate)
    {
        CpuPool pool = CpuDevice.PoolOf(device);
        switch (gate)
        {
            case GateFunction.Silu: RunBack<SiluGate>(pool, dh, e, g, de, dg); break;
            case GateFunction.Gelu: RunBack<GeluGate>(pool, dh, e, g, de, dg); break;
            case GateFunction.GeluTanh: RunBack<GeluTanhGate>(pool, dh, e, g, de, dg); break;
            default: RunBack<ReluGate>(pool, dh, e, g, de, dg); break;
        }
    }

    private static void Run<TGate>(CpuPool pool, in Tensor e, in Tensor g, in Tensor h) where TGate : struct, IGate
    {
        var kernel = new ForwardRows<TGate>(new MatrixView(e), new MatrixView(g), new MatrixView(h), h.Columns);
        RowLoop.Run(pool, h.Rows, h.Columns, h.Type, ref kernel);
    }

    private static void RunBack<TGate>(CpuPool pool, in Tensor dh, in Tensor e, in Tensor g, in Tensor de, in Tensor dg)
        where TGate : struct, IGate
    {
        var kernel = new BackwardRows<TGate>(
            new MatrixView(dh), new MatrixView(e), new MatrixView(g), new MatrixView(de), new MatrixView(dg), dh.Columns);
        RowLoop.Run(pool, dh.Rows, dh.Columns, dh.Type, ref kernel);
    }

    private readonly struct ForwardRows<TGate>(MatrixView e, MatrixView g, MatrixView h, long columns) : IRowKernel
        where TGate : struct, IGate
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                byte* gate = e.Row(row), up = g.Row(row), output = h.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
                    TE.Store(TGate.Value(TE.Load<TL>(gate, i)) * TE.Load<TL>(up, i), output, i);
                int rest = (int)(columns - i);
                if (rest > 0)
                    Tail.Store<TL, TE>(
                        TGate.Value(Tail.Load<TL, TE>(gate, i, rest)) * Tail.Load<TL, TE>(up, i, rest), output, i, rest);
            }
        }
    }

    private readonly struct BackwardRows<TGate>(
        MatrixView dh, MatrixView e, MatrixView g, MatrixView de, MatrixView dg, long columns) : IRowKernel
        where TGate : struct, IGate
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                byte* output = dh.Row(row), gate = e.Row(row), up = g.Row(row), gateGradient = de.Row(row), upGradient = dg.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
                {
                    TL dhI = TE.Load<TL>(output, i), gI = TE.Load<TL>(up, i);
                    TGate.Derive(TE.Load<TL>(gate, i), out TL f, out TL slope);
                    TE.Store(dhI * gI * slope, gateGradient, i);
                    TE.Store(dhI * f, upGradient, i);
                }
                int rest = (int)(columns - i);
                if (rest == 0) continue;
                TL dhTail = Tail.Load<TL, TE>(output, i, rest), gTail = Tail.Load<TL, TE>(up, i, rest);
                TGate.Derive(Tail.Load<TL, TE>(gate, i, rest), out TL fTail, out TL slopeTail);
                Tail.Store<TL, TE>(dhTail * gTail * slopeTail, gateGradient, i, rest);
                Tail.Store<TL, TE>(dhTail * fTail, upGradient, i, rest);
            }
        }
    }
}
