// New tokens: the embedding (and an untied head) grow to the next multiple of 64, the new rows drawn as LLaMA-Factory draws them.
using FastTune.Config;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Tokenizers;

namespace FastTune.Train;

/// <summary>golden/training/README.md 6.9, "New tokens": noise_init.</summary>
internal static class VocabularyResize
{
    private const int Multiple = 64;
    private const float Deviation = 0.02f;

    /// <summary>Grows the vocabulary when the recipe asks for it (or names new tokens) and the tokenizer has more ids than the model; true when it did.</summary>
    public static bool Apply(Decoder decoder, ModelOptions options, ITokenizer tokenizer, TorchGenerator generator)
    {
        bool asked = options.ResizeVocab || options.AddTokens.Count + options.AddSpecialTokens.Count > 0;
        int old = decoder.Spec.VocabularySize;
        if (!asked || tokenizer.VocabularySize <= old) return false;
        int rows = (tokenizer.VocabularySize + Multiple - 1) / Multiple * Multiple, added = tokenizer.VocabularySize - old;
        float[] table = Grown(decoder, decoder.Embedding, rows, generator, Waste.Normals);
        bool tied = decoder.Head.Weight.Dense == decoder.Embedding;
        float[]? head = tied ? null : Grown(decoder, decoder.Head.Weight.Dense!, rows, generator, Waste.Uniforms);
        Store(decoder, decoder.Embedding, Noise(table, old, added, rows, generator), rows);
        if (head is not null) Store(decoder, decoder.Head.Weight.Dense!, Noise(head, old, added, rows, generator), rows);
        decoder.SetVocabulary(rows);
        return true;
    }

    private enum Waste : byte { Normals, Uniforms }

    /// <summary>Old rows as they are, fresh normals * 0.02 behind them; the layer's constructor draws first, in vain.</summary>
    private static float[] Grown(Decoder decoder, Parameter parameter, int rows, TorchGenerator generator, Waste waste)
    {
        var values = new float[rows * (int)parameter.Shape.Columns];
        if (waste == Waste.Normals) generator.Normal(values);
        else generator.Uniform(values);
        generator.Normal(values, 0, Deviation);
        float[] old = Read(decoder.Device, parameter);
        old.CopyTo(values, 0);
        return values;
    }

    /// <summary>New tokens: the mean of all other rows plus normals / sqrt(h).</summary>
    private static float[] Noise(float[] values, int old, int added, int rows, TorchGenerator generator)
    {
        int h = values.Length / rows;
        var noise = new float[added * h];
        generator.Normal(noise, 0, 1);
        for (int column = 0; column < h; column++)
        {
            double sum = 0;
            for (int row = 0; row < rows; row++)
                if (row < old || row >= old + added) sum += values[row * h + column];
            float mean = (float)(sum / (rows - added));
            for (int row = 0; row < added; row++)
                values[(old + row) * h + column] = mean + noise[row * h + column] * (float)(1 / Math.Sqrt(h));
        }
        return values;
    }

    private static float[] Read(IDevice device, Parameter parameter) => parameter.Value.Type == DType.F32
        ? device.ToArray<float>(parameter.Value)
        : Array.ConvertAll(device.ToArray<ushort>(parameter.Value), BFloat16Bits.Widen);

    private static void Store(Decoder decoder, Parameter parameter, float[] values, int rows)
    {
        Tensor tensor = decoder.Device.Empty(new Shape(rows, values.Length / rows), parameter.Value.Type, Category.Weights);
        DecoderLoader.WriteFloats(decoder.Device, values, tensor);
        parameter.Replace(tensor);
    }
}
