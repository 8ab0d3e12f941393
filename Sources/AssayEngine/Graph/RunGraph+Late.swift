internal import AssayDefinition

/// What the checks of a dataset ask of whole datasets.
package struct CrossChecks: Sendable, Hashable {
  /// Datasets in which keys are looked for.
  package var references: [String] = []
  /// Datasets that queries read; nil where there is no query. The dataset itself is among them.
  package var queried: [String]?

  package init() {}

  /// Whether nothing is asked.
  package var isEmpty: Bool { references.isEmpty && queried == nil }
}

/// Adds the nodes that wait for others to end: published tables, checks over several datasets, and outputs, some of which
/// take the good or the bad rows alone. They may wait for each other, so each is added once those before it are.
struct LateNodes {
  let definition: PipelineDefinition
  let crossChecks: [String: CrossChecks]
  /// The nodes that make datasets, and those that keep or measure them.
  var makers: [String: Int]
  var keepers: [String: Int]
  var graders: [String: Int] = [:]
  private var outputs: [Int: Int] = [:]
  private var matchers: [String: Int] = [:]
  private var queries: [String: Int] = [:]
  /// What is being added. The decoder has refused circles.
  private var open: Set<String> = []

  init(
    _ definition: PipelineDefinition, crossChecks: [String: CrossChecks], makers: [String: Int],
    keepers: [String: Int]
  ) {
    self.definition = definition
    self.crossChecks = crossChecks
    self.makers = makers
    self.keepers = keepers
  }

  /// The output at a place in the file, from 0; nil where its dataset is not made.
  @discardableResult
  mutating func output(_ index: Int, _ graph: inout RunGraph) -> Int? {
    if let known = outputs[index] { return known }
    let declaration = definition.outputs[index]
    if declaration.isLeftOut { return nil }
    let dataset = declaration.common.from.name
    guard let maker = makers[dataset], open.insert("output \(index)").inserted else { return nil }
    let settings = declaration.common.settings
    var (streams, completes): ([Int], [Int]) = ([], [])
    if declaration.common.rows != .all {
      completes = [keeper(dataset, &graph), grader(dataset, &graph), matcher(dataset, &graph)].compactMap(\.self)
    } else if settings.isHeld {
      completes = [keeper(dataset, &graph)].compactMap(\.self)
    } else {
      streams = [maker]
    }
    let id = graph.add(
      .output, String(index + 1), type: declaration.kind, streams: streams, completes: completes, settings,
      makers: makers)
    outputs[index] = id
    return id
  }

  /// The node that makes a dataset: for a table as it will be published, one that waits for whatever publishes to it.
  private mutating func maker(_ dataset: String, _ graph: inout RunGraph) -> Int? {
    if let maker = makers[dataset] { return maker }
    guard let table = PublishedTable(dataset), open.insert(dataset).inserted else { return nil }
    let publishers = definition.outputs.indices.filter { definition.outputs[$0].output.table == table.name }
    let ids = publishers.compactMap { output($0, &graph) }
    let maker = graph.add(.source, dataset, type: "published", completes: ids)
    makers[dataset] = maker
    return maker
  }

  private mutating func keeper(_ dataset: String, _ graph: inout RunGraph) -> Int? {
    if let keeper = keepers[dataset] { return keeper }
    guard let maker = maker(dataset, &graph) else { return nil }
    let keeper = graph.add(.keeper, dataset, streams: [maker])
    keepers[dataset] = keeper
    return keeper
  }

  /// What measures a dataset; nil where nothing makes it.
  @discardableResult
  mutating func grader(_ dataset: String, _ graph: inout RunGraph) -> Int? {
    if let grader = graders[dataset] { return grader }
    guard let maker = maker(dataset, &graph) else { return nil }
    let grader = graph.add(.grader, dataset, streams: [maker])
    graders[dataset] = grader
    return grader
  }

  /// What looks for the keys of a dataset in others; nil where there are none.
  @discardableResult
  mutating func matcher(_ dataset: String, _ graph: inout RunGraph) -> Int? {
    if let matcher = matchers[dataset] { return matcher }
    guard let references = crossChecks[dataset]?.references, !references.isEmpty else { return nil }
    let graders = unique([dataset] + references).compactMap { grader($0, &graph) }
    let matcher = graph.add(.matcher, dataset, completes: graders)
    matchers[dataset] = matcher
    return matcher
  }

  /// What asks the queries of a dataset's checks; nil where there are none.
  @discardableResult
  mutating func query(_ dataset: String, _ graph: inout RunGraph) -> Int? {
    if let query = queries[dataset] { return query }
    guard let queried = crossChecks[dataset]?.queried else { return nil }
    let inputs = [grader(dataset, &graph)] + unique(queried).map { keeper($0, &graph) }
    let query = graph.add(.query, dataset, completes: inputs.compactMap(\.self))
    queries[dataset] = query
    return query
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
