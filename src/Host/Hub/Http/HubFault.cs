// Failures of a connection: one that a new attempt may mend, and one after which the cache is all that is left.
namespace FastTune.Hub;

/// <summary>A fault that may pass: worth another attempt, after <see cref="Wait"/> where the server named a time.</summary>
internal sealed class HubFault(string message, TimeSpan? wait = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? Wait { get; } = wait;
}

/// <summary>The hub cannot be reached, or did not answer rightly in all attempts.</summary>
internal sealed class HubUnreachable(string message, Exception? inner = null) : Exception(message, inner);
