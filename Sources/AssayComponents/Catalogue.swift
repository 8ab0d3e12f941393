package import AssayDefinition
internal import AssayEngine

extension Catalogue {
  /// Everything that a pipeline file may use. A new component is one file and one line here.
  package static let standard = Catalogue()
    .adding(
      SourceFamily.self,
      [
        Entry(CSVSource.self) { $0 },
        Entry(HTTPSource.self) { $0 },
        Entry(JSONSource.self) { $0 },
        Entry(SQLiteSource.self) { $0 },
        Entry(XMLSource.self) { $0 },
      ]
    )
    .adding(
      StepFamily.self,
      [
        Entry(CensusStep.self) { $0 },
        Entry(ExchangeRateStep.self) { $0 },
        Entry(GeocodeStep.self) { $0 },
        Entry(LookupStep.self) { $0 },
        Entry(SelectStep.self) { $0 },
        Entry(SQLStep.self) { $0 },
        Entry(WeatherStep.self) { $0 },
      ]
    )
    .adding(
      CheckFamily.self,
      [
        Entry(AcceptedValuesCheck.self) { $0 },
        Entry(AmbiguousRateCheck.self) { $0 },
        Entry(AnomalyCheck.self) { $0 },
        Entry(ChangeCheck.self) { $0 },
        Entry(CompareCheck.self) { $0 },
        Entry(CoordinateBoundsCheck.self) { $0 },
        Entry(DistinctCountCheck.self) { $0 },
        Entry(DriftCheck.self) { $0 },
        Entry(DuplicateRowsCheck.self) { $0 },
        Entry(EnrichmentAgeCheck.self) { $0 },
        Entry(ExpressionCheck.self) { $0 },
        Entry(ForbiddenValuesCheck.self) { $0 },
        Entry(FormatCheck.self) { $0 },
        Entry(FreshnessCheck.self) { $0 },
        Entry(LengthCheck.self) { $0 },
        Entry(LookupErrorRateCheck.self) { $0 },
        Entry(MatchRateCheck.self) { $0 },
        Entry(MaximumCheck.self) { $0 },
        Entry(MeanCheck.self) { $0 },
        Entry(MedianCheck.self) { $0 },
        Entry(MinimumCheck.self) { $0 },
        Entry(MonotonicCheck.self) { $0 },
        Entry(NotNullCheck.self) { $0 },
        Entry(NotPatternCheck.self) { $0 },
        Entry(NullCheck.self) { $0 },
        Entry(OutliersCheck.self) { $0 },
        Entry(PatternCheck.self) { $0 },
        Entry(QuantileCheck.self) { $0 },
        Entry(RangeCheck.self) { $0 },
        Entry(ReferencesCheck.self) { $0 },
        Entry(RowCountCheck.self) { $0 },
        Entry(RowCountMatchCheck.self) { $0 },
        Entry(SchemaCheck.self) { $0 },
        Entry(SchemaChangeCheck.self) { $0 },
        Entry(SQLCheck.self) { $0 },
        Entry(StandardDeviationCheck.self) { $0 },
        Entry(SumCheck.self) { $0 },
        Entry(TypeCheck.self) { $0 },
        Entry(UniqueCheck.self) { $0 },
        Entry(UniqueKeyCheck.self) { $0 },
        Entry(ValueSetCheck.self) { $0 },
      ]
    )
    .adding(
      OutputFamily.self,
      [
        Entry(CSVOutput.self) { $0 },
        Entry(HTTPOutput.self) { $0 },
        Entry(JSONLinesOutput.self) { $0 },
        Entry(JSONOutput.self) { $0 },
        Entry(SQLiteOutput.self) { $0 },
      ]
    )
    .adding(
      ReportFamily.self,
      [
        Entry(GitHubReport.self) { $0 },
        Entry(GitHubSummaryReport.self) { $0 },
        Entry(HTMLReport.self) { $0 },
        Entry(JSONReport.self) { $0 },
        Entry(JUnitReport.self) { $0 },
        Entry(MarkdownReport.self) { $0 },
      ]
    )
    .adding(
      NotifierFamily.self,
      [
        Entry(PingNotifier.self) { $0 },
        Entry(SlackNotifier.self) { $0 },
        Entry(WebhookNotifier.self) { $0 },
      ]
    )
    .adding(
      AuthFamily.self,
      [
        Entry(APIKeyAuthDeclaration.self) { $0 },
        Entry(BasicAuthDeclaration.self) { $0 },
        Entry(BearerAuthDeclaration.self) { $0 },
        Entry(HMACAuthDeclaration.self) { $0 },
        Entry(JWTAuthDeclaration.self) { $0 },
        Entry(OAuth2ClientCredentialsAuthDeclaration.self) { $0 },
      ]
    )
    .adding(
      PaginatorFamily.self,
      [
        Entry(CursorPaginatorDeclaration.self) { $0 },
        Entry(HeaderLinkPaginatorDeclaration.self) { $0 },
        Entry(NextURLPaginatorDeclaration.self) { $0 },
        Entry(OffsetPaginatorDeclaration.self) { $0 },
        Entry(PageNumberPaginatorDeclaration.self) { $0 },
        Entry(SinglePaginatorDeclaration.self) { $0 },
      ]
    )
    .adding(
      GeocoderFamily.self,
      [
        Entry(CensusGeocoding.self) { $0 },
        Entry(GoogleGeocoding.self) { $0 },
        Entry(NominatimGeocoding.self) { $0 },
      ]
    )
    .adding(
      ExchangeRateFamily.self,
      [
        Entry(ExchangeRateAPI.self) { $0 },
        Entry(FrankfurterRates.self) { $0 },
        Entry(OpenERAPI.self) { $0 },
      ]
    )
    .adding(
      WeatherFamily.self,
      [
        Entry(OpenMeteo.self) { $0 },
        Entry(VisualCrossing.self) { $0 },
      ]
    )
}
