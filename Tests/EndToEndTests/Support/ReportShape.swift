import AssayFormats

/// What in a report is not as the contract has it: keys, their order, and kinds of values; empty if all is.
///
/// Written out by hand rather than derived, so that it also holds against a report whose derivation is wrong.
func reportFaults(_ report: JSONValue) -> [String] {
  var faults: [String] = []

  func members(_ value: JSONValue?, _ place: String, _ keys: [(String, String)]) {
    guard let object = value?.object else {
      faults.append("\(place) is no object")
      return
    }
    let names = object.members.map(\.name)
    if names != keys.map(\.0) { faults.append("\(place) has the keys \(names)") }
    for (name, kinds) in keys where !kinds.split(separator: "|").contains(where: { isOf(object[name], String($0)) }) {
      faults.append("\(place).\(name) is \(object[name].map(\.text) ?? "missing"), not \(kinds)")
    }
  }

  func each(_ value: JSONValue?, _ place: String, _ body: (JSONValue, String) -> Void) {
    for (index, element) in (value?.elements ?? []).enumerated() { body(element, "\(place)[\(index)]") }
  }

  func distribution(_ value: JSONValue?, _ place: String) {
    if value?["kind"] == .string("values") {
      members(value, place, [("kind", "string"), ("values", "list")])
      each(value?["values"], place + ".values") { members($0, $1, [("value", "string"), ("count", "count")]) }
    } else if value?.object != nil {
      members(
        value, place,
        [
          ("kind", "string"), ("count", "count"), ("percentiles", "object"), ("fences", "object"),
          ("outliers", "count"),
          ("histogram", "object"),
        ])
      members(value?["fences"], place + ".fences", [("low", "scalar"), ("high", "scalar")])
      members(
        value?["histogram"], place + ".histogram",
        [("low", "scalar"), ("high", "scalar"), ("counts", "list"), ("below", "count"), ("above", "count")])
    }
  }

  members(
    report, "report",
    [
      ("report_version", "integer"), ("outcome", "outcome"), ("exit_code", "count"), ("pipeline", "object"),
      ("run", "object"), ("steps", "list"), ("datasets", "list"), ("outputs", "list"), ("score", "object|null"),
    ])
  members(report["pipeline"], "pipeline", [("name", "string"), ("file", "string"), ("definition_sha256", "string")])
  members(
    report["run"], "run",
    [
      ("id", "string"), ("started_at", "time"), ("finished_at", "time"), ("duration_seconds", "number"),
      ("params", "object"), ("assay_version", "string"),
    ])
  each(report["steps"], "steps") { step, place in
    members(
      step, place,
      [
        ("name", "string"), ("kind", "kind"), ("type", "string"), ("status", "status"), ("rows_in", "count"),
        ("rows_out", "count"), ("duration_seconds", "number"), ("requests", "count"), ("retries", "count"),
        ("cache_hits", "count"), ("warnings", "strings"), ("error", "string|null"),
        ("enrichment", "object|null"),
      ])
  }
  each(report["datasets"], "datasets") { dataset, place in
    members(
      dataset, place,
      [("name", "string"), ("rows", "count"), ("columns", "list"), ("metrics", "object"), ("checks", "list")])
    each(dataset["columns"], place + ".columns") { column, place in
      members(
        column, place,
        [
          ("name", "string"), ("type", "string"), ("nulls", "count"), ("distinct", "count|null"), ("min", "scalar"),
          ("max", "scalar"), ("distribution", "object|null"),
        ])
      distribution(column["distribution"], place + ".distribution")
    }
    for metric in dataset["metrics"]?.object?.members ?? [] {
      members(metric.value, "\(place).metrics.\(metric.name)", [("value", "score|null"), ("details", "object")])
    }
    each(dataset["checks"], place + ".checks") { check, place in
      members(
        check, place,
        [
          ("check", "string"), ("column", "string|null"), ("severity", "severity"), ("status", "verdict"),
          ("observed", "scalar"), ("expected", "string"), ("evaluated", "count"), ("failed", "count"),
          ("sample", "list"), ("location", "object"), ("baseline", "object|null"),
        ])
      if check["baseline"] != .null {
        members(
          check["baseline"], place + ".baseline",
          [("failed", "count|null"), ("observed", "scalar"), ("verdict", "comparison")])
      }
      each(check["sample"], place + ".sample") { row, place in
        members(row, place, [("row", "count"), ("key", "object"), ("values", "object")])
      }
      members(check["location"], place + ".location", [("line", "count"), ("column", "count")])
    }
  }
  each(report["outputs"], "outputs") { output, place in
    members(output, place, [("type", "string"), ("target", "string"), ("rows", "count"), ("published", "boolean")])
  }
  return faults
}

private func isOf(_ value: JSONValue?, _ kind: String) -> Bool {
  let words = [
    "outcome": ["passed", "warned", "failed", "error", "partial", "interrupted"],
    "kind": ["source", "step", "check", "output"], "status": ["finished", "failed", "cancelled", "skipped"],
    "severity": ["fail", "warn"], "comparison": ["known", "worse", "new", "fixed"],
    "verdict": ["passed", "warned", "failed", "error", "no_data"],
  ]
  guard let value else { return false }
  if let allowed = words[kind] { return value.string.map(allowed.contains) ?? false }
  switch kind {
  case "null": return value == .null
  case "string": return value.string != nil
  case "boolean": if case .bool = value { return true } else { return false }
  case "integer": return value.int != nil
  case "count": return (value.int ?? -1) >= 0
  case "number": return value.number != nil
  case "score": return value.number.map { (0...100).contains($0) } ?? false
  case "object": return value.object != nil
  case "list": return value.elements != nil
  case "strings": return value.elements?.allSatisfy { $0.string != nil } ?? false
  case "scalar": return value.object == nil && value.elements == nil
  case "time": return value.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil
  default: return false
  }
}
