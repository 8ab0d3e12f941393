import AssayHTTP
import AssayTestSupport

extension FuzzSubject {
  static let linkHeader = FuzzSubject("link", "Link headers written in many ways, and what damage they stand") {
    round in
    var links: [WebLink] = []
    var field = round.random.pick(["", " ", ",", " , "])
    for _ in 0..<round.random.next(below: 5) {
      let target = round.random.pick(["", "https://h/a?b=c,d;e", "?page=2", "../x", "é", "a\"b"])
      let relations = (0..<round.random.next(below: 3)).map { _ in
        round.random.pick(["next", "prev", "https://h/rel", "a-b.c"])
      }
      let anchor = round.random.pick([nil, nil, "/x", "a\"\\b,;<>"])
      links.append(WebLink(target: target, relations: relations, anchor: anchor))
      field += written(links[links.count - 1], &round.random)
      field += round.random.pick([",", ", ", " ,\t", ",,"])
    }
    var bytes = Array(field.utf8)
    do throws(LinkHeaderFault) {
      round.expect(try LinkHeader.parse(field), links, "the links", bytes)
    } catch {
      round.claim(false, "a whole header is refused: \(error.message)", bytes)
    }
    round.random.mutate(
      &bytes, marks: Array("<>,;=\"\\ \trel".utf8), times: 1 + round.random.next(below: 4))
    let damaged = String(decoding: bytes, as: UTF8.self)
    do throws(LinkHeaderFault) {
      for link in try LinkHeader.parse(damaged) {
        round.claim(damaged.utf8.count >= link.target.utf8.count, "a target out of nothing", bytes)
        round.claim(!link.target.contains(">"), "a target with its end within", bytes)
      }
    } catch {
      round.claim((0...damaged.utf8.count).contains(error.byte), "a fault at byte \(error.byte)", bytes)
    }
  }

  private static func written(_ link: WebLink, _ random: inout SeededRandom) -> String {
    func blank() -> String { random.pick(["", "", " ", "\t "]) }
    func quoted(_ text: String) -> String {
      "\"" + text.map { "\"\\".contains($0) || random.once(in: 9) && $0.isASCII ? "\\\($0)" : String($0) }.joined()
        + "\""
    }
    var parameters: [String] = []
    if !link.relations.isEmpty {
      let name = random.pick(["rel", "REL", "Rel"])
      let value = link.relations.joined(separator: random.pick([" ", "  "]))
      let isToken = link.relations.count == 1 && random.once(in: 2)
      parameters.append("\(name)\(blank())=\(blank())\(isToken ? value : quoted(value))")
    }
    if let anchor = link.anchor { parameters.append("anchor=\(quoted(anchor))") }
    if random.once(in: 3) {
      parameters.append(
        random.pick(["title=\"a, <b>; rel=\\\"no\\\"\"", "hreflang=de", "crossorigin", "x=", "title*=UTF-8''%e2"]))
    }
    if random.once(in: 4) { parameters.append("") }
    return "<\(link.target)>" + parameters.map { "\(blank());\(blank())\($0)" }.joined() + blank()
  }
}
