package import AssayDefinition
package import AssayHTTP

/// Where rows come from.
package enum SourceFamily: ComponentFamily {
  package typealias Product = any Source
  package static let name = "source"
  package static var commonKeys: [KeyReference] { SourceCommon.schema.keyReferences }
}

/// What is done with rows: look-ups, SQL, selection.
package enum StepFamily: ComponentFamily {
  package typealias Product = any Step
  package static let name = "step"
  package static var commonKeys: [KeyReference] { StepCommon.schema.keyReferences }
}

/// What must hold of rows.
package enum CheckFamily: ComponentFamily {
  package typealias Product = any Check
  package static let name = "check"
  package static var commonKeys: [KeyReference] { CheckCommon.schema.keyReferences }
}

/// Where rows go.
package enum OutputFamily: ComponentFamily {
  package typealias Product = any Output
  package static let name = "output"
  package static var commonKeys: [KeyReference] { OutputCommon.schema.keyReferences }
}

/// What a run leaves for people and machines to read.
package enum ReportFamily: ComponentFamily {
  package typealias Product = any Report
  package static let name = "report"
}

/// How requests prove who asks.
package enum AuthFamily: ComponentFamily {
  package typealias Product = any AuthDeclaration
  package static let name = "auth"
}

/// How the pages of an answer follow each other.
package enum PaginatorFamily: ComponentFamily {
  package typealias Product = any PaginatorDeclaration
  package static let name = "paginator"
}

/// A kind of auth as the file declares it.
package protocol AuthDeclaration: Sendable {
  /// The auth that all requests of a run's API share.
  func makeAuth() throws -> any Auth
}

/// A paginator as the file declares it.
package protocol PaginatorDeclaration: Sendable {
  /// A paginator at its first page.
  func makePaginator() throws -> any Paginator
}
