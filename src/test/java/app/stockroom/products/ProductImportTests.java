package app.stockroom.products;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class ProductImportTests {

	private static final String PATH = "/api/products/import";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	private TenantClient client;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
	}

	@Test
	void unknownProductsAreCreatedWithTheirRecord() throws Exception {
		Reply report = this.client.csv(PATH, """
				sku,name,description,price,barcodes,status
				A,Chair,"Oak, oiled",49.90,4006381333931|4006381333948,
				B,Table,,,,INACTIVE
				""").expect(200);
		assertThat(statuses(report)).containsExactly("CREATED", "CREATED");
		assertThat(counts(report)).containsExactly(2, 2, 0, 0, 0, 0);
		JsonNode chair = product("A");
		assertThat(chair.get("id").asString()).isEqualTo(report.body().at("/results/0/productId").asString());
		assertThat(report.body().at("/results/1/line").asInt()).isEqualTo(3);
		assertThat(chair.get("description").asString()).isEqualTo("Oak, oiled");
		assertThat(chair.get("price").decimalValue()).isEqualByComparingTo("49.9");
		assertThat(chair.get("barcodes").valueStream().map(JsonNode::asString)).containsExactly("4006381333931",
				"4006381333948");
		assertThat(chair.get("status").asString()).isEqualTo("ACTIVE");
		assertThat(product("B").get("status").asString()).isEqualTo("INACTIVE");
		assertThat(this.client.stock(chair.get("id").asString()).get("quantity").asLong()).isZero();
		Invariants.hold(this.environment);
	}

	@Test
	void knownProductsTakeWhatTheColumnsSayAndNothingElse() {
		this.client.csv(PATH, "sku,name,description,price,barcodes\nA,Chair,Oak,5,1|2\nB,Table,Pine,6,3\n").expect(200);
		Reply report = this.client.csv(PATH, "price,sku,description,status\n7,A,,\n6.00,B,Pine,\n").expect(200);
		assertThat(statuses(report)).containsExactly("UPDATED", "UNCHANGED");
		JsonNode chair = product("A");
		assertThat(chair.get("name").asString()).isEqualTo("Chair");
		assertThat(chair.get("price").asInt()).isEqualTo(7);
		assertThat(chair.has("description")).isFalse();
		assertThat(chair.get("barcodes")).hasSize(2);
		assertThat(chair.get("version").asInt()).isEqualTo(2);
		assertThat(product("B").get("version").asInt()).isOne();
		this.client.csv(PATH, "sku,barcodes,price\nA,,\n").expect(200);
		assertThat(product("A").get("barcodes")).isEmpty();
		assertThat(product("A").has("price")).isFalse();
	}

	@Test
	void anImportRepeatedChangesNothing() {
		String file = "sku,name,price\nA,Chair,5\nB,Table,6\n";
		this.client.csv(PATH, file).expect(200);
		long entries = entries();
		Reply again = this.client.csv(PATH, file).expect(200);
		assertThat(statuses(again)).containsExactly("UNCHANGED", "UNCHANGED");
		assertThat(counts(again)).containsExactly(2, 0, 0, 2, 0, 0);
		assertThat(entries()).isEqualTo(entries);
	}

	@Test
	void twoImportsAtOnceCreateEachProductOnce() throws Exception {
		List<Reply> reports = Flux.range(0, 2)
			.flatMap((i) -> Mono.fromCallable(() -> this.client.csv(PATH, rows(600)).expect(200))
				.subscribeOn(Schedulers.boundedElastic()))
			.collectList()
			.block();
		assertThat(reports).extracting((report) -> report.number("created") + report.number("unchanged"))
			.containsExactly(600L, 600L);
		assertThat(reports.stream().mapToLong((report) -> report.number("created")).sum()).isEqualTo(600);
		assertThat(entries()).isEqualTo(1200);
		Invariants.hold(this.environment);
	}

	@Test
	void aDryRunJudgesEverythingAndWritesNothing() {
		this.client.csv(PATH, "sku,name\nA,Chair\nB,Table\n").expect(200);
		long entries = entries();
		Reply report = this.client
			.csv(PATH + "?dryRun=true", "sku,name,price\nA,Stool,\nB,Table,\nC,Bench,5\nD,,5\nC,Bench,5\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("UPDATED", "UNCHANGED", "CREATED", "REFUSED", "REFUSED");
		assertThat(entries()).isEqualTo(entries);
		assertThat(product("A").get("name").asString()).isEqualTo("Chair");
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			'A,,,,,';                          name;      required
			',Chair,,,,';                      sku;       malformed
			' A,Chair,,,,';                    sku;       malformed
			'A,Chair,,-1,,';                   price;     out-of-range
			'A,Chair,,1e400,,';                price;     out-of-range
			'A,Chair,,1e9999,,';               price;     out-of-range
			'A,Chair,,1.23456,,';              price;     out-of-range
			'A,Chair,,cheap,,';                price;     malformed
			'A,Chair,,NaN,,';                  price;     malformed
			'A,Chair,,"2,50",,';               price;     malformed
			'A,Chair,,,1||2,';                 'barcodes[1]'; required
			'A,Chair,,,"[1]",';                'barcodes[0]'; malformed
			'A,Chair,,,"[",';                  barcodes;  malformed
			'A,Chair,,,,active';               status;    malformed
			'A,Cha\0ir,,,,';                   name;      malformed
			'A\0,Chair,,,,';                   sku;       malformed
			'A,Chair,,,';                      row;       malformed
			'A,Chair,,,,,';                    row;       malformed
			""")
	void aBadRowIsRefusedAloneAndNamesItsField(String row, String field, String code) {
		Reply report = this.client
			.csv(PATH, "sku,name,description,price,barcodes,status\nX,First,,,,\n" + row + "\nY,Last,,,,\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("CREATED", "REFUSED", "CREATED");
		JsonNode error = report.body().at("/results/1/problem/errors/0");
		assertThat(error.get("field").asString()).isEqualTo(field);
		assertThat(error.get("code").asString()).isEqualTo(code);
		assertThat(report.body().at("/results/1/line").asInt()).isEqualTo(3);
		assertThat(this.client.get("/api/products").number("total")).isEqualTo(2);
	}

	@Test
	void everythingThatIsWrongWithARowIsNamedAtOnce() {
		Reply report = this.client.csv(PATH, "sku,name,price,status\nA,,x,y\n").expect(200);
		assertThat(report.body()
			.at("/results/0/problem/errors")
			.valueStream()
			.map((error) -> error.get("field").asString())).contains("name", "price", "status");
	}

	@Test
	void aSkuThatComesTwiceIsTakenOnce() {
		Reply report = this.client.csv(PATH, "sku,name\nA,Chair\nA,Stool\na,Small\nA,Chair\n").expect(200);
		assertThat(statuses(report)).containsExactly("CREATED", "REFUSED", "CREATED", "REFUSED");
		assertThat(report.body().at("/results/1/problem/errors/0/detail").asString()).contains("line 2");
		assertThat(product("A").get("name").asString()).isEqualTo("Chair");
	}

	@Test
	void aBarcodeThatIsTakenIsRefusedForItsRowInADryRunToo() {
		this.client.csv(PATH, "sku,name,barcodes\nA,Chair,1\n").expect(200);
		for (String query : List.of("?dryRun=true", "")) {
			Reply report = this.client.csv(PATH + query, "sku,name,barcodes\nB,Table,1\nC,Lamp,2\n").expect(200);
			assertThat(statuses(report)).containsExactly("REFUSED", "CREATED");
			assertThat(report.body().at("/results/0/problem/type").asString()).isEqualTo("urn:stockroom:barcode-taken");
		}
		assertThat(product("A").get("barcodes")).hasSize(1);
	}

	@Test
	void aDeletedProductIsNotBroughtBackByItsOwnExport() {
		this.client.delete("/api/products/" + this.client.product("A")).expect(204);
		Reply report = this.client.csv(PATH, "sku,name,deletedAt\nA,Chair,2026-01-01T00:00:00Z\nB,Table,\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("REFUSED", "CREATED");
		assertThat(statuses(this.client.csv(PATH, "sku,name\nA,Chair\n"))).containsExactly("CREATED");
	}

	@Test
	void whatASpreadsheetWouldTakeForAFormulaComesBackAsItWas() {
		List<String> names = List.of("=1+1", "+5", "-5", "@x", "'=1", "''@", "'plain", "plain'", "\tx", "'");
		String rows = IntStream.range(0, names.size())
			.mapToObj(
					(i) -> "S%d,%s%s".formatted(i, names.get(i).matches("(?s)'*[=+\\-@\t].*") ? "'" : "", names.get(i)))
			.collect(Collectors.joining("\n"));
		Reply report = this.client.csv(PATH, "sku,name\n" + rows).expect(200);
		assertThat(counts(report)).containsExactly(names.size(), names.size(), 0, 0, 0, 0);
		IntStream.range(0, names.size())
			.forEach((i) -> assertThat(product("S" + i).get("name").asString()).isEqualTo(names.get(i)));
	}

	@Test
	void whatIsExportedIsImportedAsItWas() {
		this.client.csv(PATH, """
				sku,name,description,price,barcodes,status
				A,Chair,"Oak, \"\"oiled\"\"\",49.9,1|2,INACTIVE
				B,'=1+1,"two
				lines",,"[\"\"a|b\"\"]",
				''-C, padded ,,0.0001,,
				""").expect(200);
		String exported = this.client.text("/api/products?sortBy=sku", "text/csv").body();
		assertThat(statuses(this.client.csv(PATH, exported).expect(200))).hasSize(3).containsOnly("UNCHANGED");
		TenantClient other = TenantClient.open(this.web, this.tenants);
		assertThat(statuses(other.csv(PATH, exported).expect(200))).containsOnly("CREATED");
		String again = other.text("/api/products?sortBy=sku", "text/csv").body();
		assertThat(withoutIdAndTimes(again)).isEqualTo(withoutIdAndTimes(exported));
	}

	private static String withoutIdAndTimes(String csv) {
		return csv.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "id").replaceAll("[0-9-]{10}T[0-9:.]+Z", "time");
	}

	@Test
	void semicolonsByteOrderMarksAndMixedLineEndsAreRead() {
		Reply report = this.client.csv(PATH, "\uFEFFsku;name;price\r\nA;\"Chair; oak\";2.5\n\r\nB;Täble, round;\r\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("CREATED", "CREATED");
		assertThat(report.body().at("/results/1/line").asInt()).isEqualTo(4);
		assertThat(product("A").get("name").asString()).isEqualTo("Chair; oak");
		assertThat(product("B").get("name").asString()).isEqualTo("Täble, round");
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			'sku,name\nA,Chair\nB,"Table';     3; 3
			'sku,name\nA,"Cha"ir\n';           2; 8
			'sku,name\nA,Cha"ir\n';            2; 6
			'sku,name\rA,Chair\n';             1; 10
			'';                                1; 1
			'\n\n';                            1; 1
			""")
	void whatIsNoCsvIsRefusedAsAWholeWithItsPlace(String file, int line, int column) {
		Reply refused = this.client.csv(PATH, file).expectProblem(400, "invalid-request");
		assertThat(refused.number("line")).isEqualTo(line);
		assertThat(refused.number("column")).isEqualTo(column);
		assertThat(this.client.get("/api/products").number("total")).isZero();
	}

	@Test
	void whatIsNotUtf8IsRefusedAsAWholeWithItsPlace() {
		for (byte[] bad : List.of(new byte[] { (byte) 0xE9 }, new byte[] { (byte) 0xC0, (byte) 0x80 },
				new byte[] { (byte) 0xED, (byte) 0xA0, (byte) 0x80 }, new byte[] { (byte) 0xF0, (byte) 0x9F })) {
			byte[] good = "sku,name\nA,Chair\nB,Tä".getBytes(StandardCharsets.UTF_8);
			byte[] file = Arrays.copyOf(good, good.length + bad.length);
			System.arraycopy(bad, 0, file, good.length, bad.length);
			Reply refused = this.client.csv(PATH, file).expectProblem(400, "invalid-request");
			assertThat(List.of(refused.number("line"), refused.number("column"))).containsExactly(3L, 5L);
		}
		assertThat(this.client.get("/api/products").number("total")).isZero();
	}

	@Test
	void columnsThatThereAreNotAreAllNamed() {
		assertThat(this.client.csv(PATH, "sku,colour,name,Price,name\nA,red,Chair,5,x\n")
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("colour", "Price", "name");
		assertThat(this.client.csv(PATH, "name,price\nChair,5\n").expectProblem(400, "invalid-request").fields())
			.containsExactly("sku");
		assertThat(this.client.get("/api/products").number("total")).isZero();
	}

	@Test
	void aHugeCellHarmsNobody() {
		String huge = "x".repeat(2_000_000);
		Reply report = this.client
			.csv(PATH, "sku,name,price\nA,%s,1\n%s,B,1\nC,C,%s\nD,D,1\n".formatted(huge, huge, "9".repeat(100_000)))
			.expect(200);
		assertThat(statuses(report)).containsExactly("REFUSED", "REFUSED", "REFUSED", "CREATED");
		assertThat(report.body().toString().length()).isLessThan(3000);
		this.client.csv(PATH, ",".repeat(5_000_000)).expectProblem(400, "invalid-request");
	}

	@Test
	void tenThousandRowsAreTakenAndNoMore() throws Exception {
		String file = rows(10_000);
		this.client.csv(PATH, file + "P10000,Name,1\n").expectProblem(400, "invalid-request");
		assertThat(this.client.get("/api/products").number("total")).isZero();
		Reply report = this.client.csv(PATH, file).expect(200);
		assertThat(counts(report)).containsExactly(10_000, 10_000, 0, 0, 0, 0);
		assertThat(report.body().get("results").valueStream().map((result) -> result.get("line").asInt()).toList())
			.isEqualTo(IntStream.rangeClosed(2, 10_001).boxed().toList());
		assertThat(this.client.get("/api/stock-movements?limit=1").body().at("/items/0/sequence").asLong())
			.isEqualTo(20_000);
		Invariants.hold(this.environment);
	}

	@Test
	void eightMebibytesAreTakenAndNoMore() {
		String file = "sku,name\nA,Chair" + "\n".repeat(8 * 1024 * 1024 - 16);
		assertThat(statuses(this.client.csv(PATH, file).expect(200))).containsExactly("CREATED");
		this.client.csv(PATH, file + "\n").expectProblem(413, "content-too-large");
	}

	@Test
	void theReportComesAsLinesToWhoPrefersThem() {
		byte[] body = this.web.mutate()
			.responseTimeout(Duration.ofSeconds(30))
			.build()
			.post()
			.uri(PATH)
			.header("Authorization", "Bearer " + this.client.token())
			.contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
			.accept(MediaType.APPLICATION_NDJSON)
			.bodyValue("sku,name\nA,Chair\nB,\n")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.APPLICATION_NDJSON)
			.expectBody()
			.returnResult()
			.getResponseBody();
		List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
		assertThat(lines).hasSize(3);
		assertThat(lines.get(0)).startsWith("{\"line\":2,\"status\":\"CREATED\",\"sku\":\"A\"");
		assertThat(lines.get(1)).startsWith("{\"line\":3,\"status\":\"REFUSED\",\"sku\":\"B\"");
		assertThat(lines.get(2))
			.isEqualTo("{\"rows\":2,\"created\":1,\"updated\":0,\"unchanged\":0,\"refused\":1,\"unsettled\":0}");
	}

	@Test
	void onlyCsvIsTakenAndOnlyJsonGiven() {
		this.client.send(HttpMethod.POST, PATH, "[]").expectProblem(415, "unsupported-media-type");
		this.client.csv(PATH, "sku,name\nA,Chair\n", "Accept", "image/png").expectProblem(406, "not-acceptable");
		this.client.with("inventory:write").csv(PATH, "sku\nA\n").expectProblem(403, "forbidden");
		assertThat(this.client.get("/api/products").number("total")).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "dryRun=yes", "dryrun=true", "dryRun=true&dryRun=true" })
	void aQueryThatMeansNothingIsRefused(String query) {
		this.client.csv(PATH + "?" + query, "sku,name\nA,Chair\n").expectProblem(400, "invalid-request");
		assertThat(this.client.get("/api/products").number("total")).isZero();
	}

	@Test
	void aHeaderAloneIsAnImportOfNothing() {
		Reply report = this.client.csv(PATH, "sku,name").expect(200);
		assertThat(counts(report)).containsExactly(0, 0, 0, 0, 0, 0);
		assertThat(report.body().get("results")).isEmpty();
	}

	private JsonNode product(String sku) {
		return this.client.get("/api/products?sku=" + sku).expect(200).body().at("/items/0");
	}

	private long entries() {
		return this.client.get("/api/stock-movements?limit=1").body().at("/items/0/sequence").asLong();
	}

	private static String rows(int count) {
		return IntStream.range(0, count)
			.mapToObj("P%1$d,Name %1$d,1\n"::formatted)
			.collect(Collectors.joining("", "sku,name,price\n", ""));
	}

	private static List<String> statuses(Reply report) {
		return report.body()
			.get("results")
			.valueStream()
			.map((JsonNode result) -> result.get("status").asString())
			.toList();
	}

	private static List<Integer> counts(Reply report) {
		return List.of("rows", "created", "updated", "unchanged", "refused", "unsettled")
			.stream()
			.map((count) -> report.body().get(count).asInt())
			.toList();
	}

}
