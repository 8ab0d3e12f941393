import FoundationEssentials
import SandboxAPIs
import Testing

/// Runs a test against a sandbox of its own, and stops it whatever happens.
func withSandbox<T>(_ body: (RunningSandbox) async throws -> T) async throws -> T {
  let sandbox = try await Sandbox.start()
  do {
    let result = try await body(sandbox)
    await sandbox.stop()
    return result
  } catch {
    await sandbox.stop()
    throw error
  }
}

extension RunningSandbox {
  func get(_ target: String, headers: [String] = []) async throws -> RawAnswer {
    try await fetch(port, target, headers: headers)
  }

  func get<T: Decodable>(_ target: String, as type: T.Type) async throws -> T {
    let answer = try await get(target)
    try #require(answer.status == 200, "\(target) answered \(answer.status): \(answer.body)")
    return try decoded(answer, as: type)
  }
}

func decoded<T: Decodable>(_ answer: RawAnswer, as type: T.Type) throws -> T {
  try JSONDecoder().decode(type, from: Data(answer.body.utf8))
}

struct CustomerRow: Decodable, Equatable {
  struct Contact: Decodable, Equatable {
    let phone: String
    let tags: [String]
  }

  let id: Int
  let name: String
  let email: String
  let street: String
  let city: String
  let state: String
  let zipcode: String
  let revenue: Double?
  let currency: String
  let employees: Int
  let refunded: Bool
  let updated_at: String
  let domain: String
  let contact: Contact
}

struct NumberedPage: Decodable {
  let items: [CustomerRow]
  let page: Int
  let per_page: Int
  let total: Int
  let total_pages: Int
  let has_more: Bool
}

struct CursorPage: Decodable {
  let data: [CustomerRow]
  let next_cursor: String?
}

struct LinkedPage: Decodable {
  let results: [CustomerRow]
  let next: String?
}

struct OffsetPage: Decodable {
  let rows: [CustomerRow]
  let offset: Int
  let total: Int
  let has_more: Bool
}

struct SearchPage: Decodable {
  let hits: [CustomerRow]
  let total: Int
  let after: String?
}

struct Problem: Decodable {
  struct Details: Decodable {
    let code: String
    let message: String
  }

  let error: Details
}
