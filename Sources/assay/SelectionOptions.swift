internal import ArgumentParser
internal import AssayEngine

/// What of a pipeline is run, and published, on its own.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run and publish only sources, steps and outputs with these names or tags, and what they need; separated by commas.",
      valueName: "names"))
  var only: String?

  @Option(
    help: ArgumentHelp(
      "Run and publish only this source or step, all that depends on it, and what they need.", valueName: "step"))
  var fromStep: String?

  /// What is chosen; nil for all.
  var selection: RunSelection? {
    if let fromStep { return .from(fromStep) }
    return only.map { .only($0.split(separator: ",").map { word in trimmed(word) }) }
  }

  func validate() throws {
    if only != nil, fromStep != nil { throw ValidationError("--only and --from-step exclude each other") }
    if let only,
      only.allSatisfy({ $0 == "," || $0 == " " }) || only.split(separator: ",").contains(where: { trimmed($0).isEmpty })
    {
      throw ValidationError("--only takes names or tags, separated by commas")
    }
  }

  private func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
