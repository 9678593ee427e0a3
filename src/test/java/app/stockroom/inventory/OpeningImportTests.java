package app.stockroom.inventory;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.TenantClient.Reply;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class OpeningImportTests {

	private static final String PATH = "/api/inventory/import";

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	Environment environment;

	@LocalServerPort
	int port;

	private TenantClient client;

	private String chair;

	private String north;

	@BeforeEach
	void openTenant() {
		this.client = TenantClient.open(this.web, this.tenants);
		this.chair = this.client.product("A");
		this.north = this.client.warehouse("North");
	}

	@Test
	void aProductWithoutARecordGetsOne() throws Exception {
		Reply report = this.client.csv(PATH, """
				sku,warehouse,quantity,minStock,maxStock
				A,North,40,5,500
				""").expect(200);
		assertThat(statuses(report)).containsExactly("CREATED");
		assertThat(report.body().at("/results/0/productId").asString()).isEqualTo(this.chair);
		assertThat(report.body().at("/results/0/warehouseId").asString()).isEqualTo(this.north);
		JsonNode row = inNorth();
		assertThat(numbers(row)).containsExactly(40, 5, 500);
		assertThat(row.get("version").asInt()).isOne();
		assertThat(newest("type")).isEqualTo("OPENING");
		assertThat(newest("reason")).isEqualTo("opening stock");
		Invariants.hold(this.environment);
	}

	@Test
	void theRecordThatHasBeenThereSinceTheProductWasCreatedIsBroughtToIt() throws Exception {
		Reply report = this.client.csv(PATH, "sku,quantity,minStock,maxStock\nA,1500,20,2000\n").expect(200);
		assertThat(statuses(report)).containsExactly("UPDATED");
		assertThat(numbers(this.client.stock(this.chair))).containsExactly(1500, 20, 2000);
		assertThat(newest("type")).isEqualTo("ADJUSTMENT");
		assertThat(newest("reason")).isEqualTo("opening stock");
		Invariants.hold(this.environment);
	}

	@Test
	void openingStockIsNeverAddedToStock() {
		String file = "sku,quantity\nA,40\n";
		this.client.csv(PATH, file).expect(200);
		Reply again = this.client.csv(PATH, file).expect(200);
		assertThat(statuses(again)).containsExactly("REFUSED");
		assertThat(problem(again, 0)).isEqualTo("urn:stockroom:record-exists");
		assertThat(numbers(this.client.stock(this.chair)).getFirst()).isEqualTo(40);
		this.client.move(this.chair, "OUT", 40).expect(201);
		assertThat(statuses(this.client.csv(PATH, file))).as("sold out is no opening either")
			.containsExactly("REFUSED");
		assertThat(numbers(this.client.stock(this.chair)).getFirst()).isZero();
	}

	@Test
	void thresholdsAloneMayBeImportedUntilStockMoves() {
		String file = "sku,warehouse,quantity,minStock\nA,,0,7\nA,North,0,7\n";
		assertThat(statuses(this.client.csv(PATH, file).expect(200))).containsExactly("UPDATED", "CREATED");
		assertThat(statuses(this.client.csv(PATH, file).expect(200))).containsExactly("UNCHANGED", "UNCHANGED");
		assertThat(numbers(this.client.stock(this.chair))).containsExactly(0, 7, 1000);
	}

	@Test
	void anImportRepeatedWithItsKeyIsDoneOnce() throws Exception {
		String file = "sku,warehouse,quantity\nA,,40\nA,North,9\nB,North,9\nA,North,5\n";
		Reply first = this.client.csv(PATH, file, "Idempotency-Key", "k").expect(200);
		assertThat(statuses(first)).containsExactly("UPDATED", "CREATED", "REFUSED", "REFUSED");
		long entries = entries();
		this.client.move(this.chair, "OUT", 1).expect(201);
		Reply again = this.client.csv(PATH, file, "Idempotency-Key", "k").expect(200);
		assertThat(statuses(again)).containsExactly("UPDATED", "CREATED", "REFUSED", "REFUSED");
		assertThat(again.headers().getFirst("Idempotency-Replayed")).isEqualTo("true");
		assertThat(again.body().at("/results/0/replayed").asBoolean()).isTrue();
		assertThat(entries()).isEqualTo(entries + 1);
		this.client.csv(PATH, file + "A,South,1\n", "Idempotency-Key", "k")
			.expectProblem(422, "idempotency-key-reused");
		assertThat(statuses(this.client.csv(PATH, file).expect(200))).containsOnly("REFUSED");
		Invariants.hold(this.environment);
	}

	@Test
	void anImportThatIsCutOffIsFinishedByRepeatingIt() throws Exception {
		String file = openings(2_000);
		WebClient.create("http://localhost:" + this.port)
			.post()
			.uri(PATH)
			.headers((headers) -> headers.setBearerAuth(this.client.token()))
			.header("Idempotency-Key", "k")
			.contentType(new MediaType("text", "csv"))
			.bodyValue(file)
			.retrieve()
			.bodyToFlux(DataBuffer.class)
			.doOnNext(DataBufferUtils::release)
			.blockFirst();
		Reply again = this.client.csv(PATH, file, "Idempotency-Key", "k").expect(200);
		assertThat(again.number("updated")).isEqualTo(2_000);
		assertThat(again.body().at("/results/0/replayed").asBoolean()).isTrue();
		assertThat(pieces()).isEqualTo(2_000 * 7);
		Invariants.hold(this.environment);
	}

	@Test
	void twoImportsAtOnceDoNotAddUp() throws Exception {
		String file = openings(600);
		List<Reply> reports = Flux.range(0, 2)
			.flatMap((i) -> Mono.fromCallable(() -> this.client.csv(PATH, file).expect(200))
				.subscribeOn(Schedulers.boundedElastic()))
			.collectList()
			.block();
		assertThat(reports).extracting((report) -> report.number("updated") + report.number("refused"))
			.containsExactly(600L, 600L);
		assertThat(reports.stream().mapToLong((report) -> report.number("updated")).sum()).isEqualTo(600);
		assertThat(pieces()).isEqualTo(600 * 7);
		Invariants.hold(this.environment);
	}

	/** Seven pieces of each of some new products. */
	private String openings(int count) {
		List<String> skus = IntStream.range(0, count).mapToObj((i) -> "P" + i).toList();
		this.client.csv("/api/products/import",
				skus.stream().map((sku) -> sku + "," + sku + "\n").collect(Collectors.joining("", "sku,name\n", "")))
			.expect(200);
		return skus.stream().map((sku) -> sku + ",7\n").collect(Collectors.joining("", "sku,quantity\n", ""));
	}

	private long pieces() {
		return this.client.get("/api/inventory/summary").expect(200).body().at("/total/quantity").asLong();
	}

	@Test
	void aDryRunJudgesEverythingAndWritesNothing() {
		long entries = entries();
		String file = "sku,warehouse,quantity,maxStock\nA,,40,\nA,North,9,\nB,North,9,\nA,North,5,\nA,,2000,\n";
		Reply report = this.client.csv(PATH + "?dryRun=true", file, "Idempotency-Key", "k").expect(200);
		assertThat(statuses(report)).containsExactly("UPDATED", "CREATED", "REFUSED", "REFUSED", "REFUSED");
		assertThat(entries()).isEqualTo(entries);
		assertThat(numbers(this.client.stock(this.chair)).getFirst()).isZero();
		assertThat(statuses(this.client.csv(PATH + "?dryRun=true", "sku,warehouse,quantity,minStock\nA,North,1001,\n")))
			.containsExactly("REFUSED");
		assertThat(statuses(this.client.csv(PATH, "sku,quantity\nA,3\n", "Idempotency-Key", "k").expect(200)))
			.as("a dry run leaves its key free")
			.containsExactly("UPDATED");
	}

	@Test
	void productsAndWarehousesMayBeNamedInSeveralWays() {
		this.client.put("/api/products/" + this.chair, "{\"barcodes\": [\"4006381333931\"]}").expect(200);
		String south = this.client.warehouse("South");
		String main = this.client.stock(this.chair).get("warehouseId").asString();
		Reply report = this.client
			.csv(PATH, "productId,sku,barcode,warehouseId,warehouse,quantity\n" + this.chair + ",,,,North,1\n"
					+ ",,4006381333931," + south + ",,2\n" + this.chair + ",A,4006381333931," + main + ",Main,3\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("CREATED", "CREATED", "UPDATED");
		assertThat(numbers(inNorth()).getFirst()).isOne();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			A,,,,-1,,                 | quantity    | out-of-range
			A,,,,,,                   | quantity    | required
			A,,,,1.5,,                | quantity    | malformed
			A,,,,1e400,,              | quantity    | malformed
			A,,,,9007199254740992,,   | quantity    | out-of-range
			A,,,,99999999999999999999,, | quantity  | out-of-range
			A,,,,1,x,                 | minStock    | malformed
			A,,,,1,50,20              | minStock    | out-of-range
			A,,,,1,2000,              | minStock    | out-of-range
			A,17,,,1,,                | productId   | malformed
			,,,,1,,                   | sku         | required
			A\0,,,,1,,                | sku         | malformed
			A,,,Nor\0th,1,,           | warehouse   | malformed
			A,,,,1,                   | row         | malformed
			""")
	void aBadRowIsRefusedAloneAndNamesItsField(String row, String field, String code) {
		Reply report = this.client
			.csv(PATH, "sku,productId,warehouseId,warehouse,quantity,minStock,maxStock\n" + row + "\nA,,,North,1,,\n")
			.expect(200);
		assertThat(statuses(report)).containsExactly("REFUSED", "CREATED");
		assertThat(report.body().at("/results/0/problem/errors/0/field").asString()).isEqualTo(field);
		assertThat(report.body().at("/results/0/problem/errors/0/code").asString()).isEqualTo(code);
	}

	@Test
	void whatTheLedgerRefusesIsRefusedForItsRow() {
		this.client.put("/api/warehouses/" + this.north, "{\"status\": \"INACTIVE\"}").expect(200);
		String other = this.client.product("B");
		String file = """
				sku,productId,warehouse,quantity
				A,,North,1
				A,,,1001
				A,,South,1
				X,,,1
				A,%s,,1
				B,,,5
				""".formatted(other);
		Reply report = this.client.csv(PATH, file).expect(200);
		assertThat(statuses(report)).containsExactly("REFUSED", "REFUSED", "REFUSED", "REFUSED", "REFUSED", "UPDATED");
		assertThat(IntStream.range(0, 5).mapToObj((i) -> problem(report, i))).containsExactly(
				"urn:stockroom:warehouse-inactive", "urn:stockroom:capacity-exceeded", "urn:stockroom:not-found",
				"urn:stockroom:not-found", "urn:stockroom:invalid-request");
		assertThat(report.body().get("refused").asInt()).isEqualTo(5);
		assertThat(numbers(this.client.stock(this.chair)).getFirst()).isZero();
	}

	@Test
	void anotherTenantsProductsAndWarehousesAreUnknown() {
		TenantClient other = TenantClient.open(this.web, this.tenants);
		String product = other.product("SECRET");
		String warehouse = other.warehouse("Hidden");
		other.put("/api/products/" + product, "{\"barcodes\": [\"123\"]}").expect(200);
		String file = "productId,sku,barcode,warehouseId,warehouse,quantity\n%s,,,,,1\n,SECRET,,,,1\n,,123,,,1\n,A,,%s,,1\n,A,,,Hidden,1\n";
		Reply report = this.client.csv(PATH, file.formatted(product, warehouse)).expect(200);
		assertThat(statuses(report)).containsOnly("REFUSED").hasSize(5);
		assertThat(IntStream.range(0, 5).mapToObj((i) -> problem(report, i))).containsOnly("urn:stockroom:not-found");
		assertThat(other.stock(product).get("quantity").asLong()).isZero();
	}

	@Test
	void theColumnsOfAnExportAreKnown() {
		String exported = this.client.text("/api/inventory", "text/csv").body();
		assertThat(statuses(this.client.csv(PATH, exported).expect(200))).containsExactly("UNCHANGED");
		this.client.move(this.chair, "IN", 3).expect(201);
		exported = this.client.text("/api/inventory", "text/csv").body();
		assertThat(statuses(this.client.csv(PATH, exported).expect(200))).containsExactly("REFUSED");
	}

	@Test
	void columnsThatAreMissingOrUnknownRefuseTheWhole() {
		assertThat(this.client.csv(PATH, "sku\nA\n").expectProblem(400, "invalid-request").fields())
			.containsExactly("quantity");
		assertThat(this.client.csv(PATH, "quantity\n1\n").expectProblem(400, "invalid-request").fields())
			.containsExactly("sku");
		assertThat(this.client.csv(PATH, "sku,quantity,colour,size\nA,1,red,L\n")
			.expectProblem(400, "invalid-request")
			.fields()).containsExactly("colour", "size");
		this.client.with("catalog:write").csv(PATH, "sku,quantity\nA,1\n").expectProblem(403, "forbidden");
		assertThat(numbers(this.client.stock(this.chair)).getFirst()).isZero();
	}

	@Test
	void tenThousandRowsAreTakenAndNoMore() throws Exception {
		// Of every ten rows the first two name a product that there is.
		String products = IntStream.range(0, 1_000)
			.mapToObj("P%1$d,Name %1$d\n"::formatted)
			.collect(Collectors.joining("", "sku,name\n", ""));
		this.client.csv("/api/products/import", products).expect(200);
		String file = IntStream.range(0, 10_000)
			.mapToObj((i) -> "%s%d,%s,%d\n".formatted((i % 10 < 2) ? "P" : "X", i / 10, (i % 10 == 0) ? "" : "North",
					1 + i % 1000))
			.collect(Collectors.joining("", "sku,warehouse,quantity\n", ""));
		this.client.csv(PATH, file + "A,,1\n", "Idempotency-Key", "k").expectProblem(400, "invalid-request");
		Reply report = this.client.csv(PATH, file, "Idempotency-Key", "k").expect(200);
		assertThat(counts(report)).containsExactly(10_000, 1_000, 1_000, 8_000);
		long entries = entries();
		assertThat(counts(this.client.csv(PATH, file, "Idempotency-Key", "k").expect(200))).isEqualTo(counts(report));
		assertThat(entries()).isEqualTo(entries);
		Invariants.hold(this.environment);
	}

	private JsonNode inNorth() {
		return this.client.get("/api/warehouses/" + this.north + "/inventory/" + this.chair).expect(200).body();
	}

	private String newest(String property) {
		return this.client.get("/api/stock-movements?limit=1").body().at("/items/0/" + property).asString();
	}

	private long entries() {
		return this.client.get("/api/stock-movements?limit=1").body().at("/items/0/sequence").asLong();
	}

	private static List<Integer> numbers(JsonNode row) {
		return List.of(row.get("quantity").asInt(), row.get("minStock").asInt(), row.get("maxStock").asInt());
	}

	private static List<Integer> counts(Reply report) {
		return Stream.of("rows", "created", "updated", "refused")
			.map((count) -> report.body().get(count).asInt())
			.toList();
	}

	private static String problem(Reply report, int index) {
		return report.body().at("/results/" + index + "/problem/type").asString();
	}

	private static List<String> statuses(Reply report) {
		return report.body()
			.get("results")
			.valueStream()
			.map((JsonNode result) -> result.get("status").asString())
			.toList();
	}

}
