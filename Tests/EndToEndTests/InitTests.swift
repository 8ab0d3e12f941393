import AssayFormats
import AssayTestSupport
import Testing

/// `assay init FILE`: what it writes holds for the file that it was written from.
@Suite struct InitTests {
  /// Runs `init` and then what it wrote; every check has to hold.
  @discardableResult
  private func started(
    _ text: String, _ file: String, _ arguments: [String] = []
  ) async throws -> (yaml: String, run: JSONValue) {
    let space = try Workspace()
    try space.write(text, to: file)
    let ending = try await started(space, file, arguments)
    #expect(ending.code == 0, "\(ending.errors)")
    let yaml = try #require(space.text("p.yaml"))
    let run = try await space.assay("run", "p.yaml", "--json", "--fail-on", "warn")
    #expect(run.code == 0, "\(yaml)\n\(run.errors)")
    let report = try JSONParser.parse(run.output)
    let checks = report["datasets"]?.elements?.first?["checks"]?.elements ?? []
    #expect(!checks.isEmpty)
    for check in checks { #expect(check["status"]?.string == "passed", "\(check.text)") }
    return (yaml, report)
  }

  private func started(_ space: Workspace, _ file: String, _ arguments: [String]) async throws -> Ending {
    try await space.start(["init", file, "--output", "p.yaml"] + arguments).end()
  }

  private static let customers: String = {
    var rows = ["id,customer_id,email,state,zipcode,revenue,signed_up,active,notes"]
    for row in 1...40 {
      let state = ["CA", "NY", "TX", "NO"][row % 4]
      let zip = row == 1 ? "02139" : String(10000 + row * 7)
      rows.append(
        "\(row),\(row * 37 % 11),user\(row)@example.com,\(state),\(zip),\(Double(row) * 12.5),2026-0\(row % 9 + 1)-1\(row % 9),"
          + "\(row % 2 == 0),\(row % 10 == 0 ? "" : "note \(row) of many")")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  @Test func `each column gets the checks that it suggests, with why`() async throws {
    let (yaml, _) = try await started(Self.customers, "customers.csv")
    for line in [
      "  customers: {type: csv, path: \"customers.csv\"}", "    key: [id]", "row_count: {min: 20}",
      "      id:\n        - not_null  # no value is missing in 40 rows\n        - unique  # all 40 values differ",
      "- {format: email}  # every value has this format", "- {accepted_values: [CA, \"NO\", NY, TX]}",
      "- {format: zip_us}",
      "- {type: decimal}", "- {range: {min: 0, max: 600}}  # today 12.5 to 500, with some room",
      "- {range: {min: 2026-01-01}}", "- {type: boolean}", "- {not_null: {}, at_least: 90%}  # 10% are missing today",
    ] {
      #expect(yaml.contains(line), "\(line)\n\(yaml)")
    }
    #expect(!yaml.contains("customer_id:\n        - not_null  # no value is missing in 40 rows\n        - unique"))
  }

  @Test(arguments: [
    ("a;b\n1,5;x\n2;y\n", "semicolons.csv", ["--delimiter", ";"]),
    ("a\tb\n1\tx\n2\ty\n", "tabs.tsv", []),
    ("[{\"a\": 1, \"b\": {\"c\": \"x\"}}, {\"a\": 2.5, \"b\": {\"c\": null}}]", "nested.json", []),
    ("{\"items\": [{\"a\": true}, {\"a\": false}]}", "inner.json", ["--records", "$.items[*]"]),
    ("{\"a\": 1}\n{\"a\": \"x\"}\n{\"b\": -1e300}\n", "mixed.jsonl", []),
    ("<r><p><n>1</n></p><p><n>2</n></p></r>", "rows.xml", ["--records", "p"]),
    (
      "\"a: {b}\",\"#c\",\"d, e\",\"${env:X}\",\"no\",\"\"\n1,2,3,4,5,6\n2,,x,\"${secret:Y}\",7,\"a\"\"b\"\n",
      "odd.csv", []
    ),
    ("x\n-5\n-0.001\n-1e20\n", "negative.csv", []), ("x\n1e300\n-1e300\n", "wild.csv", []),
    ("x\n1e308\n-1e308\n", "wilder.csv", []),
    ("x\n\u{85}\u{2028}\n\u{FEFF}a\n", "breaks.csv", []), ("d\n0001-01-01\n9999-12-31\n", "years.csv", []),
    ("id\n1\n", "one row.csv", []), ("id,v\n1,\n2,\n", "nothing in it.csv", []),
  ])
  func `what it writes holds for files of any kind`(_ text: String, _ file: String, _ arguments: [String]) async throws
  {
    try await started(text, file, arguments)
  }

  @Test func `the same file gives the same pipeline, also to stdout`() async throws {
    let space = try Workspace()
    try space.write(Self.customers, to: "customers.csv")
    let first = try await space.assay("init", "customers.csv", "--output", "-")
    let second = try await space.assay("init", "customers.csv", "--output", "-")
    #expect(first.code == 0 && first.output == second.output && first.output.contains("version: 1"))
    #expect(space.files == ["customers.csv"], "nothing else is written, and no store")
  }

  @Test func `the path leads from the pipeline's folder to the file`() async throws {
    let space = try Workspace()
    try space.write(Self.customers, to: "data/in/customers.csv")
    try space.write("", to: "pipelines/x/.keep")
    let ending = try await space.assay("init", "data/in/customers.csv", "--output", "pipelines/x/p.yaml")
    #expect(ending.code == 0)
    #expect(space.text("pipelines/x/p.yaml")?.contains("path: \"../../data/in/customers.csv\"") == true)
    #expect(try await space.assay("run", "pipelines/x/p.yaml").code == 0)
  }

  @Test func `faults of the call are told, and no file is written over`() async throws {
    let space = try Workspace()
    try space.write("a\n", to: "empty.csv")
    try space.write("a\n1\n", to: "some.csv")
    try space.write("mine", to: "some.yaml")
    for (arguments, message) in [
      (["empty.csv"], "has no rows"), (["none.csv"], "there is no file 'none.csv'"),
      (["some.csv"], "there is a file 'some.yaml' already"),
      (["some.csv", "-o", "no/such/p.yaml"], "could not be written"),
    ] {
      let ending = try await space.start(["init"] + arguments).end()
      #expect(ending.code == 2 && ending.errors.contains(message), "\(ending.errors)")
    }
    #expect(space.text("some.yaml") == "mine")
    #expect(try await space.assay("init", "some.csv", "--force").code == 0)
    #expect(space.text("some.yaml")?.contains("version: 1") == true)
  }

  @Test func `check suggests what holds, and says how to keep it`() async throws {
    let space = try Workspace()
    try space.write(Self.customers, to: "customers.csv")
    let ending = try await space.assay("check", "customers.csv")
    #expect(ending.errors.contains("checks that hold today"))
    #expect(ending.errors.contains("{format: email}"))
    #expect(ending.errors.contains("assay init customers.csv"))
    #expect(space.files == ["customers.csv"])
  }
}
