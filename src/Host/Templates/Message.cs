// A turn of a conversation, as datasets, chat and the API hand it to a template.
namespace FastTune.Templates;

/// <summary>Who speaks. Even places of a conversation hold User or Observation, odd ones Assistant or Function.</summary>
public enum Role : byte { User, Assistant, Observation, Function }

/// <summary>One turn: <see cref="Role.Function"/> content is the JSON of a tool call, <see cref="Role.Observation"/> content a tool's result.</summary>
public sealed record Message(Role Role, string Content);
