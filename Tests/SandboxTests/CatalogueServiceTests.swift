import SandboxAPIs
import Testing

@Suite struct `The catalogues` {
  struct Search: Decodable {
    struct Result: Decodable {
      let count: Int
      let results: [Package]
    }
    struct Package: Decodable {
      struct Organization: Decodable { let title: String }
      struct Resource: Decodable {
        let format: String
        let url: String
      }
      let id: String
      let name: String
      let notes: String
      let license_id: String?
      let organization: Organization?
      let metadata_modified: String
      let num_resources: Int
      let resources: [Resource]
    }
    let success: Bool
    let result: Result
  }

  private let action = "/ckan/api/3/action/package_search"

  @Test(arguments: [("", 10), ("?rows=0", 0), ("?rows=1000", 1000), ("?rows=5000", 1000), ("?rows=10&start=2395", 5)])
  func `of CKAN cut pages at 1,000 rows, and say nothing of it`(_ query: String, _ rows: Int) async throws {
    try await withSandbox { sandbox in
      let search = try await sandbox.get(action + query, as: Search.self)
      #expect(search.success && search.result.count == 2400 && search.result.results.count == rows)
    }
  }

  @Test func `of CKAN find by words and filters, and keep the order that was asked for`() async throws {
    try await withSandbox { sandbox in
      let found = try await sandbox.get(
        action + "?q=water+quality&sort=id+asc&rows=1000", as: Search.self
      ).result
      #expect(found.count == 240 && found.results.count == 240)
      #expect(found.results.map(\.id) == found.results.map(\.id).sorted())
      #expect(found.results.allSatisfy { $0.resources.count == $0.num_resources })
      // What catalogues are like: publishers, licences, notes, files and schemes are missing here and there.
      #expect(found.results.contains { $0.organization == nil } && found.results.contains { $0.license_id == nil })
      #expect(found.results.contains { $0.notes.isEmpty } && found.results.contains { $0.resources.isEmpty })
      #expect(found.results.contains { $0.resources.contains { !$0.url.hasPrefix("https://") } })
      let csv = try await sandbox.get(
        action + "?q=water&fq=res_format:CSV+AND+license_id:cc-by&rows=1000", as: Search.self
      ).result
      #expect(csv.count > 0 && csv.count < found.count && csv.results.allSatisfy { $0.license_id == "cc-by" })
      let newest = try await sandbox.get(action + "?sort=metadata_modified+desc", as: Search.self).result.results
      #expect(newest.map(\.metadata_modified) == newest.map(\.metadata_modified).sorted(by: >))
    }
  }

  @Test(arguments: [
    ("/ckan/api/3/action/package_search?rows=all", 409, "Validation Error"),
    ("/ckan/api/3/action/package_search?start=-1", 409, "Validation Error"),
    ("/ckan/api/3/action/package_search?sort=colour+asc", 409, "Search Error"),
    ("/ckan/api/3/action/package_search?fq=colour:red", 400, "Search Query Error"),
    ("/ckan/api/3/action/package_find", 400, "Action name not known"), ("/ckan/dataset", 404, "<html>"),
    ("/fault/body-status=Boom/ckan/api/action/package_search", 200, "\"success\":false"),
    ("/fault/wrong-total=7/ckan/api/3/action/package_search", 200, "\"count\":7"),
    ("/datagov/search", 403, "API_KEY_MISSING"), ("/datagov/search?api_key=bad", 403, "API_KEY_INVALID"),
    ("/datagov/search?api_key=k&per_page=1001", 422, "\"per_page\""),
    ("/datagov/search?api_key=k&sort=colour", 422, "\"sort\""),
    ("/datagov/search?api_key=k&after=nothing", 400, "Invalid cursor"),
    ("/datagov/api/3/action/package_search?api_key=k", 404, "Not Found"),
  ])
  func `say what is wrong as the real ones do`(_ target: String, _ status: Int, _ text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(target)
      #expect(answer.status == status)
      #expect(answer.body.contains(text), "\(answer.body)")
    }
  }

  struct Page: Decodable {
    struct Row: Decodable {
      let slug: String
      let popularity: Int
    }
    let after: String?
    let results: [Row]
    let sort: String
  }

  @Test(arguments: ["relevance", "popularity"])
  func `of data.gov name the token of the next page, and none on the last`(_ sort: String) async throws {
    try await withSandbox { sandbox in
      var slugs: [String] = []
      var popularity: [Int] = []
      var after: String?
      var pages = 0
      repeat {
        let token = after.map { "&after=" + $0.replacing("=", with: "%3D").replacing("+", with: "%2B") } ?? ""
        let page = try await sandbox.get(
          "/datagov/search?api_key=k&q=water+quality&per_page=100&sort=\(sort)\(token)", as: Page.self)
        #expect(page.sort == sort)
        slugs += page.results.map(\.slug)
        popularity += page.results.map(\.popularity)
        after = page.after
        pages += 1
      } while after != nil && pages < 10
      #expect(pages == 3 && slugs.count == 240 && Set(slugs).count == 240)
      #expect((popularity == popularity.sorted(by: >)) == (sort == "popularity"))
    }
  }

  @Test func `of data.gov get stuck when they are told to`() async throws {
    try await withSandbox { sandbox in
      let stuck = "/fault/stuck-cursor/datagov/search?api_key=k&per_page=1000"
      let page = try await sandbox.get(stuck, as: Page.self)
      let token = try #require(page.after).replacing("=", with: "%3D").replacing("+", with: "%2B")
      #expect(try await sandbox.get(stuck + "&after=" + token, as: Page.self).after == page.after)
    }
  }
}
