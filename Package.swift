// swift-tools-version:6.2
import PackageDescription

/// Links the standard library and Foundation into the program: it starts faster, and runs where Swift is not installed.
///
/// The libraries named are those that Foundation's own module asks for when it is compiled for a static link. Sanitizers
/// need the shared ones, functions of which they stand in for.
let staticStandardLibrary =
  Context.environment["ASSAY_SANITIZED"] != nil
  ? []
  : ["-static-stdlib", "-Xclang-linker", "-no-pie"]
    + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections"].map { "-l" + $0 }

/// The rooms of the house, from the ground up: a target imports only what stands above it here, and each
/// third-party library is imported in one room.
let package = Package(
  name: "assay",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "assay", targets: ["assay"]),
    .executable(name: "assay-sandbox", targets: ["assay-sandbox"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .target(name: "CAssay"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "AssayColumns", dependencies: ["CAssay"]),
    .target(name: "AssaySchedule", dependencies: ["AssayColumns"]),
    .target(
      name: "AssayDefinition",
      dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "AssayFormats", dependencies: ["CAssay", "CZlib", "CXML", "AssayColumns"]),
    .target(name: "AssayQuality", dependencies: ["CAssay", "CPCRE2", "AssayColumns"]),
    .target(
      name: "AssayHTTP",
      dependencies: [
        "AssayColumns", "AssayFormats",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(
      name: "AssayStore",
      dependencies: [
        "CAssay", "AssayColumns",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .target(
      name: "AssayEngine",
      dependencies: [
        "CAssay", "AssayColumns", "AssaySchedule", "AssayDefinition", "AssayFormats", "AssayQuality", "AssayHTTP",
        "AssayStore",
      ]),
    .target(
      name: "AssayComponents",
      dependencies: [
        "AssayColumns", "AssayDefinition", "AssayFormats", "AssayQuality", "AssayHTTP", "AssayStore",
        "AssayEngine",
      ]),
    .target(
      name: "AssayService",
      dependencies: [
        "CAssay", "AssaySchedule", "AssayFormats", "AssayStore", .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "assay",
      dependencies: [
        "CAssay", "AssaySchedule", "AssayDefinition", "AssayFormats", "AssayHTTP", "AssayStore", "AssayEngine",
        "AssayComponents", "AssayService",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      linkerSettings: [
        .unsafeFlags(staticStandardLibrary, .when(platforms: [.linux]))
      ]),
    .target(
      name: "SandboxAPIs",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .executableTarget(name: "assay-sandbox", dependencies: ["SandboxAPIs"]),
    .executableTarget(
      name: "assay-microbenchmarks", dependencies: ["CAssay", "AssayColumns", "AssayFormats", "AssayQuality"],
      path: "Benchmarks/Micro"),
    .target(
      name: "AssayTestSupport", dependencies: ["AssayDefinition", "AssayFormats"], path: "Tests/AssayTestSupport"),
    .testTarget(
      name: "AssayComponentsTests",
      dependencies: [
        "AssayColumns", "AssayDefinition", "AssayFormats", "AssayQuality", "AssayHTTP", "AssayEngine",
        "AssayComponents", "AssayTestSupport", "FormatTwins",
      ]),
    .testTarget(
      name: "AssayServiceTests",
      dependencies: ["AssaySchedule", "AssayService", "AssayStore", "AssayTestSupport"]),
    .testTarget(
      name: "AssayScheduleTests", dependencies: ["AssaySchedule", "AssayTestSupport"], exclude: ["Oracle"]),
    .testTarget(name: "AssayColumnsTests", dependencies: ["AssayColumns", "AssayTestSupport"]),
    .testTarget(name: "AssayDefinitionTests", dependencies: ["AssayDefinition", "AssayTestSupport"]),
    .testTarget(
      name: "AssayEngineTests",
      dependencies: [
        "AssayColumns", "AssayDefinition", "AssayFormats", "AssayQuality", "AssayHTTP", "AssayStore",
        "AssayEngine", "AssayComponents", "AssayTestSupport", "FormatTwins",
      ]),
    // The plain readers that the fast ones are held against, by tests and fuzzers alike.
    .target(
      name: "FormatTwins", dependencies: ["CXML", "CZlib", "AssayColumns", "AssayFormats"], path: "Tests/FormatTwins"),
    .target(
      name: "FuzzSubjects",
      dependencies: [
        "CAssay", "AssayColumns", "AssayDefinition", "AssayFormats", "AssayQuality", "AssayHTTP", "AssayEngine",
        "AssayComponents", "AssayTestSupport", "FormatTwins",
      ], path: "Tests/FuzzSubjects"),
    // Built by Scripts/fuzz alone.
    .executableTarget(name: "assay-fuzz", dependencies: ["FuzzSubjects"], path: "Tests/Fuzz"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzSubjects"]),
    .testTarget(
      name: "AssayFormatsTests",
      dependencies: ["CAssay", "AssayColumns", "AssayFormats", "AssayTestSupport", "FormatTwins"]),
    .target(
      name: "AssayTestServers",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], path: "Tests/AssayTestServers", exclude: ["Certificates"]),
    .testTarget(
      name: "AssayHTTPTests",
      dependencies: [
        "AssayFormats", "AssayHTTP", "AssayTestServers", "AssayTestSupport",
        .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "AssayQualityTests", dependencies: ["AssayColumns", "AssayQuality", "AssayTestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "AssayStoreTests",
      dependencies: [
        "AssayColumns", "AssayStore", "AssayTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "SandboxAPIs", "AssayColumns", "AssayDefinition", "AssayFormats", "AssayStore", "AssayTestServers",
        "AssayTestSupport", "FormatTwins",
      ],
      exclude: ["Fixtures"]),
    .testTarget(name: "SandboxTests", dependencies: ["SandboxAPIs"]),
  ]
)

for target in package.targets where target.type != .system && target.name != "CAssay" {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
  ]
}
