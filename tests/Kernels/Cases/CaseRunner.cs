// Runs one case on a device: forward and backward against the oracle, inputs unchanged, guards intact, nothing leaked.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Cases;

internal sealed class CaseRunner(IDevice device)
{
    /// <summary>Largest error of the last run, relative to its tolerance.</summary>
    public double Worst { get; private set; }

    /// <summary>Null when the case holds, else one line that names case, tensor and error.</summary>
    public string? Run(IOpCase row)
    {
        Worst = 0;
        var values = row.Inputs.Select((input, i) => CaseData.Fill(input, 1000 + i)).ToArray();
        var tape = new Tape(device);
        long before = device.Memory.Ledger.Live;
        CaseArguments arguments = Upload(tape, row, values);
        Tensor[] outputs = row.Run(tape, arguments);
        string? problem = CompareOutputs(row, values, outputs) ?? CompareGradients(row, values, tape, arguments, outputs);
        foreach (ref Tensor output in outputs.AsSpan()) output.Dispose();
        tape.Reset();
        problem ??= InputsUnchanged(row, values, arguments);
        for (int i = 0; i < arguments.Tensors.Length; i++)
        {
            arguments.Parameters[i]?.Dispose();
            arguments.Tensors[i].Dispose();
        }
        long leaked = device.Memory.Ledger.Live - before;
        return problem ?? (leaked == 0 ? null : $"{row.Name}: {leaked} bytes were not freed");
    }

    private CaseArguments Upload(Tape tape, IOpCase row, double[][] values)
    {
        var tensors = new Tensor[values.Length];
        var parameters = new Parameter?[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            CaseInput input = row.Inputs[i];
            Tensor tensor = CaseData.ToTensor(device, values[i], input.Shape, input.Type, input.RowPitch, Category.Weights);
            if (input.Kind == InputKind.Value) tensors[i] = tape.Track(tensor);
            else parameters[i] = new Parameter(input.Name, tensor, input.Kind == InputKind.Parameter);
        }
        return new CaseArguments(tensors, parameters);
    }

    private string? CompareOutputs(IOpCase row, double[][] values, Tensor[] outputs)
    {
        double[][] expected = row.Forward(values);
        for (int i = 0; i < outputs.Length; i++)
            if (Compare(row, $"output {i}", CaseData.ToDoubles(device, outputs[i]), expected[i], row.Tolerance) is { } problem)
                return problem;
        return null;
    }

    private string? CompareGradients(IOpCase row, double[][] values, Tape tape, CaseArguments arguments, Tensor[] outputs)
    {
        if (!outputs.Any(output => output.Value != 0)) return null;
        var outputGradients = outputs.Select((output, i) => row.LossRoot
            ? [1.0] : CaseData.Normal(output.Count, GradientType(output), 2000 + i)).ToArray();
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Value == 0) Array.Clear(outputGradients[i]);
            else tape.AddGradient(outputs[i].Value, CaseData.ToTensor(
                device, outputGradients[i], outputs[i].Shape, GradientType(outputs[i]), 0, Category.Activations));
        }
        tape.RunBack();
        double[]?[] expected = row.Backward(values, outputGradients);
        for (int i = 0; i < expected.Length; i++)
        {
            if (expected[i] is not { } reference) continue;
            using Tensor gradient = arguments.Parameters[i] is { } parameter
                ? parameter.Gradient.Share() : tape.TakeGradient(arguments.Tensors[i].Value);
            if (!gradient.Exists)
                return $"{row.Name}: no gradient for {row.Inputs[i].Name}";
            double[] actual = CaseData.ToDoubles(device, gradient);
            if (Compare(row, $"gradient of {row.Inputs[i].Name}", actual, reference, 3 * row.Tolerance) is { } problem) return problem;
        }
        return null;
    }

    private static DType GradientType(in Tensor output) => output.Type;

    private string? InputsUnchanged(IOpCase row, double[][] values, CaseArguments arguments)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (row.OverwrittenInputs.Contains(i)) continue;
            Tensor tensor = arguments.Parameters[i] is { } parameter ? parameter.Value : arguments.Tensors[i];
            if (!CaseData.ToDoubles(device, tensor).AsSpan().SequenceEqual(values[i]) && !values[i].Any(double.IsNaN))
                return $"{row.Name}: {row.Inputs[i].Name} was changed";
        }
        return null;
    }

    /// <summary>kernels.md 1.1: relative L2 over the tensor; NaN and Inf must stand in the same places.</summary>
    private string? Compare(IOpCase row, string what, double[] actual, double[] expected, double tolerance)
    {
        if (actual.Length != expected.Length) return $"{row.Name}: {what} has {actual.Length} elements, expected {expected.Length}";
        double difference = 0, size = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            if (!double.IsFinite(expected[i]) || !double.IsFinite(actual[i]))
            {
                if (double.IsFinite(expected[i]) != double.IsFinite(actual[i]) || double.IsNaN(expected[i]) != double.IsNaN(actual[i]))
                    return $"{row.Name}: {what}[{i}] is {actual[i]}, expected {expected[i]}";
                continue;
            }
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        double error = Math.Sqrt(difference) / Math.Max(Math.Sqrt(size), 1e-2 * Math.Sqrt(Math.Max(1, actual.Length)));
        Worst = Math.Max(Worst, error / tolerance);
        return error <= tolerance ? null : $"{row.Name}: {what} is off by {error:G3}, allowed {tolerance:G3}";
    }
}
