// What a buffer is for: every byte of device memory has a category.
namespace FastTune.Kernels.Memory;

/// <summary>Purpose of a buffer; peaks are kept for each.</summary>
public enum Category : byte { Weights, Adapters, Gradients, Optimizer, Activations, Workspace }

public static class Categories
{
    public const int Count = 6;

    /// <summary>True for buffers that die within the step; they share one pool, apart from those that live as long as the run.</summary>
    public static bool IsTransient(this Category category) => category is Category.Activations or Category.Workspace;
}
