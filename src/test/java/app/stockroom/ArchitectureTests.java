package app.stockroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.CorePublisher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules of the house that a machine can check.
 */
class ArchitectureTests {

	private static final JavaClasses STOCKROOM = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("app.stockroom");

	private static final DescribedPredicate<JavaMethodCall> WAITS = DescribedPredicate.describe("waits for a publisher",
			(call) -> call.getName().startsWith("block") && call.getTargetOwner().isAssignableTo(CorePublisher.class));

	private static final Pattern TEXT = Pattern.compile("\"\"\"(.*?)\"\"\"|(?<=\")(select [^\"]*)", Pattern.DOTALL);

	private static final Pattern SQL = Pattern.compile("^\\s*(select|insert|update|delete|with)\\b");

	private static final Pattern WRITES_STOCK = Pattern.compile(
			"(insert into|update|delete from)\\s+(inventory|movement|alert|ledger_head|idempotency_key|document|hold)\\b");

	private static final Pattern READS_TABLE = Pattern.compile(
			"from\\s+(tenant|ledger_head|product|warehouse|inventory|movement|alert|idempotency_key|document|hold)\\b");

	/** What each module may know; what is not named here nothing knows. */
	private static final Map<String, List<String>> MAY_KNOW = Map.ofEntries(Map.entry("platform", List.of()),
			Map.entry("tenancy", List.of("platform")), Map.entry("ledger", List.of("platform", "tenancy")),
			Map.entry("products", List.of("platform", "tenancy", "ledger", "imports")),
			Map.entry("warehouses", List.of("platform", "tenancy", "ledger")),
			Map.entry("inventory", List.of("platform", "tenancy", "ledger", "products", "warehouses", "imports")),
			Map.entry("transfers", List.of("platform", "tenancy", "ledger", "products", "warehouses", "inventory")),
			Map.entry("counts", List.of("platform", "tenancy", "ledger", "products", "warehouses", "inventory")),
			Map.entry("alerts", List.of("platform", "tenancy", "ledger")),
			Map.entry("reservations", List.of("platform", "tenancy", "ledger", "products", "warehouses", "inventory")),
			Map.entry("live",
					List.of("platform", "tenancy", "ledger", "products", "warehouses", "inventory", "alerts")),
			Map.entry("csv", List.of()), Map.entry("imports", List.of("csv", "platform")),
			Map.entry("sales", List.of("csv")), Map.entry("replay", List.of("sales")),
			Map.entry("demo", List.of("sales", "platform", "tenancy", "ledger", "products", "warehouses", "inventory")),
			Map.entry("embedded", List.of("platform")), Map.entry("dashboard", List.of()));

	static List<String> modules() {
		return MAY_KNOW.keySet().stream().sorted().toList();
	}

	@ParameterizedTest
	@MethodSource("modules")
	void arrowsPointDown(String module) {
		String[] forbidden = modules().stream()
			.filter((other) -> !other.equals(module) && !MAY_KNOW.get(module).contains(other))
			.map((other) -> "app.stockroom." + other + "..")
			.toArray(String[]::new);
		noClasses().that()
			.resideInAPackage("app.stockroom." + module + "..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(forbidden)
			.because("a lower module that knows a higher one cannot be understood or changed alone")
			.check(STOCKROOM);
	}

	@Test
	void namesSayWhatAThingIs() {
		noClasses().should()
			.haveNameMatching(".*(Impl|Utils?|Helper|Manager|Dto|DTO|Mapper)")
			.orShould()
			.haveNameMatching(".*\\.Abstract.*")
			.because("a name that only says its role in the code hides what the thing is")
			.check(STOCKROOM);
		noClasses().should()
			.resideInAnyPackage("..util..", "..common..", "..misc..", "..service..", "..impl..", "..dto..")
			.because("packages are features, not layers")
			.check(STOCKROOM);
	}

	@Test
	void nothingOfTheServiceBlocks() {
		noClasses().that()
			.resideInAnyPackage("app.stockroom.tenancy..", "app.stockroom.ledger..", "app.stockroom.products..",
					"app.stockroom.warehouses..", "app.stockroom.inventory..", "app.stockroom.alerts..",
					"app.stockroom.reservations..", "app.stockroom.transfers..", "app.stockroom.counts..",
					"app.stockroom.live..", "app.stockroom.imports..")
			.and()
			.doNotHaveSimpleName("DatabaseRoleCheck") // runs before the first request, on
														// the main thread
			.should()
			.callMethodWhere(WAITS)
			.orShould()
			.dependOnClassesThat()
			.resideInAnyPackage("java.sql..", "javax.sql..")
			.because("an event loop that waits for one client waits for all of them")
			.check(STOCKROOM);
	}

	@Test
	void onlySqlFunctionsWriteStock() throws IOException {
		assertThat(statements()).filteredOn((sql) -> WRITES_STOCK.matcher(sql).find())
			.as("stock and its ledger row are written together by post_entries, or not at all")
			.isEmpty();
	}

	@Test
	void everyQueryNamesItsTenant() throws IOException {
		assertThat(statements()).filteredOn((sql) -> READS_TABLE.matcher(sql).find())
			.hasSizeGreaterThan(5)
			.as("row level security is the second wall, not the first")
			.allMatch((sql) -> sql.contains("tenant_id = $1"));
	}

	/** The text blocks of our sources that are SQL. */
	private static List<String> statements() throws IOException {
		try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
			return sources.filter((path) -> path.toString().endsWith(".java"))
				.flatMap((path) -> TEXT.matcher(read(path)).results())
				.map((text) -> (text.group(1) != null) ? text.group(1) : text.group(2))
				.filter((text) -> SQL.matcher(text).find())
				.toList();
		}
	}

	private static String read(Path path) {
		try {
			return Files.readString(path);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
