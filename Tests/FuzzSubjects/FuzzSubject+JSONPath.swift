import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let jsonPath = FuzzSubject(
    "jsonpath", "paths: those generated against a plain evaluation, mutated ones never trap"
  ) {
    round in
    let text = round.random.jsonDocument()
    guard let root = try? JSONParser.parse(text) else { return }
    let steps = (0..<round.random.next(below: 4)).map { _ in round.random.pathStep() }
    let spelled = "$" + steps.map(\.text).joined()
    let input = Array((spelled + "\n" + text).utf8)
    guard let path = try? JSONPath(spelled) else { return round.claim(false, "\(spelled) is refused", input) }
    let expected = steps.reduce([root]) { nodes, step in nodes.flatMap { step.apply(to: $0) } }
    round.expect(path.select(in: root).map(\.text), expected.map(\.text), spelled, input)

    var bytes = Array(round.random.once(in: 2) ? spelled.utf8 : round.random.pick(oddPaths).utf8)
    round.random.mutate(
      &bytes, marks: Array("$@.[]*?'\"()!=<>&|,:-01a\\u{} ".utf8), times: 1 + round.random.next(below: 4))
    let mutated = String(decoding: bytes, as: UTF8.self)
    do throws(JSONPathFault) {
      let path = try JSONPath(mutated)
      _ = path.select(in: root)
      _ = try? JSONFormat(records: path, allowEmpty: true).records(in: root)
      round.expect(path.description, mutated, "the path as written", bytes)
      round.claim((try? JSONPath(path.description)) == path, "a path reads as itself", bytes)
    } catch {
      round.claim((0...mutated.unicodeScalars.count).contains(error.offset), "a place outside: \(error)", bytes)
    }
  }

  private static let oddPaths = [
    "$..book[?@.price < 10 && @.a == 'x'].title", "$[?(@.a == $.b || !@.c) && count(@.*) > 1]",
    "$[?match(@.a, '(a|b)*c{1,9}[^x-z]')]", "$[?search(@, '\\\\p{Lu}.+')]", "$[?length(@.a) >= 2, 1:9:2, -1, *]",
    "$['\\ud83d\\ude00', \"\\u00e9\"]", "$[?value(@..a) != null]", "$[9007199254740991:-9007199254740991:-1]",
    "$[?match(@, '((a*)*)*b')]",
  ]
}

/// A step of a path with its meaning, plainly.
struct PathStep {
  var text: String
  var apply: @Sendable (JSONValue) -> [JSONValue]

  func apply(to value: JSONValue) -> [JSONValue] { apply(value) }

  static func children(_ value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): elements
    case .object(let object): object.members.map(\.value)
    default: []
    }
  }

  /// The value itself and all below it, before what is below the next.
  static func descendants(_ value: JSONValue) -> [JSONValue] { [value] + children(value).flatMap { descendants($0) } }

  /// RFC 9535's slice, by walking.
  static func slice(_ elements: [JSONValue], _ start: Int?, _ end: Int?, _ step: Int) -> [JSONValue] {
    if step == 0 { return [] }
    func normal(_ index: Int) -> Int { index >= 0 ? index : elements.count + index }
    var picked: [JSONValue] = []
    if step > 0 {
      var place = min(max(normal(start ?? 0), 0), elements.count)
      let stop = min(max(normal(end ?? elements.count), 0), elements.count)
      while place < stop {
        picked.append(elements[place])
        place += step
      }
    } else {
      var place = min(max(start.map(normal) ?? elements.count - 1, -1), elements.count - 1)
      let stop = end.map { min(max(normal($0), -1), elements.count - 1) } ?? -1
      while place > stop {
        picked.append(elements[place])
        place += step
      }
    }
    return picked
  }
}

extension SeededRandom {
  fileprivate mutating func pathStep() -> PathStep {
    let step = childStep()
    guard once(in: 5) else { return step }
    return PathStep(text: ".." + step.text) { PathStep.descendants($0).flatMap { step.apply($0) } }
  }

  private mutating func childStep() -> PathStep {
    switch next(below: 5) {
    case 0: return PathStep(text: "[*]") { PathStep.children($0) }
    case 1:
      let index = next(below: 9) - 4
      return PathStep(text: "[\(index)]") { value in
        guard let elements = value.elements else { return [] }
        let place = index < 0 ? elements.count + index : index
        return elements.indices.contains(place) ? [elements[place]] : []
      }
    case 2:
      let (start, end) = (once(in: 3) ? nil : next(below: 9) - 4, once(in: 3) ? nil : next(below: 9) - 4)
      let step = once(in: 2) ? 1 : next(below: 7) - 3
      let text = "[\(start.map(String.init) ?? ""):\(end.map(String.init) ?? ""):\(step)]"
      return PathStep(text: text) { value in value.elements.map { PathStep.slice($0, start, end, step) } ?? [] }
    case 3:
      let (name, bound) = (pick(["a", "b", "value"]), Int64(next(below: 5)))
      if once(in: 2) {
        return PathStep(text: "[?@.\(name)]") { value in PathStep.children(value).filter { $0[name] != nil } }
      }
      return PathStep(text: "[?@['\(name)'] == \(bound)]") { value in
        PathStep.children(value).filter { child in
          switch child[name] {
          case .integer(let number): number == bound
          case .decimal(let number): number == Double(bound)
          default: false
          }
        }
      }
    default:
      let name = pick(["a", "b", "c", "a.b", ""])
      return PathStep(text: "['\(name)']") { value in value[name].map { [$0] } ?? [] }
    }
  }
}
