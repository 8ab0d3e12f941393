import AssayFormats
import FoundationEssentials
import SandboxAPIs
import Testing

/// The example that the project is shown with, against the sandbox.
@Suite struct DemoTests {
  private static let project = folder(of: #filePath) + "/../.."

  /// The example's own file and data in a folder of the test's own.
  private func demo() throws -> Workspace {
    let workspace = try Workspace()
    let pipeline = try #require(
      FileManager.default.contents(atPath: Self.project + "/examples/customers/pipeline.yaml"))
    try workspace.write(Array(pipeline), to: "demo/pipeline.yaml")
    for file in ExampleFiles.all { try workspace.write(file.text, to: "demo/data/\(file.name)") }
    return workspace
  }

  private func run(_ workspace: Workspace, _ sandbox: RunningSandbox) async throws -> RunOutcome {
    try RunOutcome(
      await workspace.assay(
        "run", "demo/pipeline.yaml", "--json", environment: ["SANDBOX_URL": sandbox.baseURL]))
  }

  @Test func `the example fetches, enriches, grades and publishes, and says so in its report`() async throws {
    let workspace = try demo()
    try await withSandbox { sandbox in
      let run = try await run(workspace, sandbox)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.outcome == "warned")

      // Each distinct key is asked for once, in as few requests as the provider allows.
      let addresses = sandbox.targets.filter { $0.hasPrefix("/maps/") }
      #expect(addresses.count == 240)
      #expect(Set(addresses).count == 240)
      #expect((1...3).contains(sandbox.targets.count { $0.hasPrefix("/data/") }))
      #expect(sandbox.targets.count { $0.hasPrefix("/v6/") } == 1)
      #expect(sandbox.requests(to: "/crm-bearer/customers") == 6)
      let counted = (run.report["steps"]?.elements ?? []).compactMap { $0["requests"]?.int }.reduce(0, +)
      #expect(counted == sandbox.targets.count)

      #expect(run.step("customers", kind: "source")?["rows_out"]?.int == 1020)
      #expect(run.step("orders", kind: "source")?["rows_out"]?.int == 3000)
      #expect(run.step("partners", kind: "source")?["rows_out"]?.int == 50)
      for step in ["located", "demographics", "priced"] {
        #expect(run.step(step)?["rows_in"]?.int == 1020, "\(step)")
        #expect(run.step(step)?["rows_out"]?.int == 1020, "\(step)")
      }
      #expect(run.report["datasets"]?.elements?.compactMap { $0["name"]?.string } == ["orders", "partners", "joined"])
      #expect(run.dataset("joined")?["rows"]?.int == 1020)
      #expect(run.published == [true, true, true])
      #expect(run.check("unique_key", of: "joined")?["status"]?.string == "passed")
      // Three addresses in a hundred are unknown to the geocoder.
      #expect(run.check("not_null", "lat", of: "joined")?["status"]?.string == "warned")

      #expect(
        try await workspace.query("SELECT count(*), count(DISTINCT id) FROM customers", in: "demo/assay.db") == [
          "1020|1020"
        ])
      #expect(try await workspace.query("SELECT count(*) FROM partners", in: "demo/assay.db") == ["50"])
      #expect(
        try await workspace.query("SELECT outcome, exit_code FROM runs", in: "demo/assay.db") == ["warned|0"])
      // The orders' figures, summed by another query than the pipeline's, against the file itself.
      let total = try await workspace.query(
        "SELECT CAST(round(sum(spent) * 100) AS INTEGER), sum(orders) FROM customers", in: "demo/assay.db")
      #expect(
        try total == [
          ordersOfCustomers(workspace, ids: await workspace.query("SELECT id FROM customers", in: "demo/assay.db"))
        ])
      let written = try #require(workspace.text("demo/reports/customers.json"))
      #expect(try JSONParser.parse(written) == run.report)
      let csv = try #require(workspace.text("demo/out/customers.csv"))
      #expect(csv.hasPrefix("id,name,email,street,city,state,zipcode,revenue,currency,revenue_usd,"))
    }
  }

  @Test func `a second run upserts to the same table`() async throws {
    let workspace = try demo()
    try await withSandbox { sandbox in
      let first = try await run(workspace, sandbox)
      let table = try await workspace.query("SELECT * FROM customers ORDER BY id", in: "demo/assay.db")
      let file = workspace.bytes("demo/out/customers.csv")
      let second = try await run(workspace, sandbox)
      #expect([first.code, second.code] == [0, 0])
      #expect(try await workspace.query("SELECT * FROM customers ORDER BY id", in: "demo/assay.db") == table)
      #expect(table.count == 1020)
      #expect(workspace.bytes("demo/out/customers.csv") == file)
      #expect(try await workspace.query("SELECT count(*) FROM runs", in: "demo/assay.db") == ["2"])
    }
  }

  @Test func `the same run twice gives the same report but for ids and times`() async throws {
    try await withSandbox { sandbox in
      var texts: [String] = []
      for _ in 0..<2 {
        let run = try await run(try demo(), sandbox)
        texts.append(timeless(run.report).text)
      }
      #expect(texts[0] == texts[1])
    }
  }

  /// The sum in cents and the number of the orders of these customers, read without Assay's parser.
  private func ordersOfCustomers(_ workspace: Workspace, ids: [String]) throws -> String {
    let ids = Set(ids)
    var cents = 0
    var count = 0
    for line in try #require(workspace.text("demo/data/orders.csv")).split(separator: "\n") {
      // The cells before the note hold neither quotes nor commas; a note's second line begins with no order's id.
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count >= 5, cells[0].hasPrefix("O-"), ids.contains(String(cells[1])) else { continue }
      cents += Int(cells[3].filter { $0 != "." }) ?? 0
      count += 1
    }
    return "\(cents)|\(count)"
  }

  @Test func `the recorded example is graded without network, secrets and environment, the same each time`()
    async throws
  {
    let workspace = try Workspace()
    let folder = Self.project + "/examples/replay"
    var reports: [String] = []
    for _ in 0..<2 {
      let run = try RunOutcome(
        await workspace.assay("run", folder + "/pipeline.yaml", "--replay", folder + "/recording", "--json"))
      #expect(run.code == 0 && run.outcome == "passed", "\(run.errors)")
      #expect(run.step("located")?["requests"]?.int == 12)
      reports.append(run.output)
    }
    #expect(reports[0] == reports[1])
    #expect(!FileManager.default.fileExists(atPath: folder + "/assay.db"))
  }
}

/// A report without what differs from run to run.
func timeless(_ value: JSONValue) -> JSONValue {
  switch value {
  case .array(let elements): return .array(elements.map(timeless))
  case .object(let object):
    let moving: Set = ["id", "started_at", "finished_at", "duration_seconds", "oldest_answer"]
    return .object(
      JSONObject(
        object.members.map {
          ($0.name, moving.contains($0.name) && $0.value.object == nil ? .null : timeless($0.value))
        }))
  default: return value
  }
}
