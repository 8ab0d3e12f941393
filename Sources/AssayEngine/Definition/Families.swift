package import AssayDefinition
package import AssayHTTP

/// Where rows come from.
package enum SourceFamily: ComponentFamily {
  package typealias Product = any Source
  package static let name = "source"
  package static let introduction =
    "A source brings rows into the run. It stands under `sources`, and its name is the name of its dataset."
  package static var commonKeys: [KeyReference] { SourceCommon.schema.keyReferences }
}

/// What is done with rows: look-ups, SQL, selection.
package enum StepFamily: ComponentFamily {
  package typealias Product = any Step
  package static let name = "step"
  package static let introduction = """
    A step makes a dataset out of others. It stands under `steps`, names what it reads in `from`, and starts as soon as there \
    are rows.
    """
  package static var commonKeys: [KeyReference] { StepCommon.schema.keyReferences }
}

/// What must hold of rows.
package enum CheckFamily: ComponentFamily {
  package typealias Product = any Check
  package static let name = "check"
  package static let introduction = """
    A check says what must hold. It stands under `checks`, in the list `dataset` of its dataset or in the list of a column \
    under `columns`. It is written as its name, as `{name: parameters}`, or as that with the common keys beside the name: \
    `{not_null: {}, severity: warn}`. Nulls are judged by `not_null` alone: other checks do not evaluate them.
    """
  package static var commonKeys: [KeyReference] { CheckCommon.schema.keyReferences }
}

/// Where rows go.
package enum OutputFamily: ComponentFamily {
  package typealias Product = any Output
  package static let name = "output"
  package static let introduction = """
    An output writes a dataset. It stands in the list `outputs`. Rows are staged while the run goes on and published at its \
    end: all outputs, or none.
    """
  package static var commonKeys: [KeyReference] { OutputCommon.schema.keyReferences }
}

/// What a run leaves for people and machines to read.
package enum ReportFamily: ComponentFamily {
  package typealias Product = any Report
  package static let name = "report"
  package static let introduction =
    "A report tells of the run. It stands under `report` as its kind, with its path alone or with its keys."
}

/// Who is told how runs end.
package enum NotifierFamily: ComponentFamily {
  package typealias Product = any Notifier
  package static let name = "notifier"
  package static let introduction = """
    A notifier is told how runs end: by a message to people, or a call that a service waits for. It stands in the list \
    `notify`. The [guide](../guides/notifications.md) tells when messages are sent and what they hold.
    """
  package static var commonKeys: [KeyReference] { NotifierCommon.schema.keyReferences }
}

/// How requests prove who asks.
package enum AuthFamily: ComponentFamily {
  package typealias Product = any AuthDeclaration
  package static let name = "auth"
  package static let introduction =
    "Auth is how requests prove who asks. It stands under `auth` of an entry under `apis`."
}

/// How the pages of an answer follow each other.
package enum PaginatorFamily: ComponentFamily {
  package typealias Product = any PaginatorDeclaration
  package static let name = "paginator"
  package static let introduction =
    "A paginator is how the pages of an answer follow each other. It stands under `paginator` of a source of type `http`."
}

/// A kind of auth as the file declares it.
package protocol AuthDeclaration: Sendable {
  /// The auth that all requests of a run's API share, with what it may use of that API.
  func makeAuth(_ context: AuthContext) throws -> any Auth
}

/// A paginator as the file declares it.
package protocol PaginatorDeclaration: Sendable {
  /// A paginator at its first page.
  func makePaginator() throws -> any Paginator
}
