package app.stockroom.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import app.stockroom.BlockingWatch;
import app.stockroom.ServiceProcess;
import app.stockroom.TenantClient;
import org.junit.jupiter.api.Test;

import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything that a client can ask for is done without a call that blocks an event loop,
 * on which all other clients would wait.
 */
class BlockingCallTests {

	@Test
	void noOperationBlocksAnEventLoop() throws IOException {
		try (ServiceProcess service = ServiceProcess.start(BlockingWatch.class, "-XX:+EnableDynamicAgentLoading",
				"-XX:+AllowRedefinitionToAddDeleteMethods",
				// As the service has it: the other kind waits for locks of its own.
				"-Dio.netty.allocator.type=pooled")) {
			WebTestClient web = WebTestClient.bindToServer()
				.baseUrl(service.url())
				.responseTimeout(Duration.ofSeconds(60))
				.build();
			new CatalogueStory(open(web)).tell();
			TenantClient client = open(web);
			new StockStory(client).tell();
			export(client);
			List<String> calls = blockingCalls(service);
			assertThat(calls).filteredOn((call) -> call.contains(BlockingWatch.PROBE)).as("the watch is on").hasSize(1);
			assertThat(calls).filteredOn((call) -> !call.contains(BlockingWatch.PROBE)).isEmpty();
		}
	}

	private static TenantClient open(WebTestClient web) {
		String tenant = TenantClient.of(web, UUID.randomUUID())
			.with("platform:admin")
			.post("/api/tenants", "{\"name\": \"Watched\"}")
			.expect(201)
			.text("id");
		return TenantClient.of(web, UUID.fromString(tenant));
	}

	private static void export(TenantClient client) {
		for (String list : List.of("products", "warehouses", "inventory", "stock-movements", "reservations",
				"transfers", "alerts")) {
			assertThat(client.text("/api/" + list, "text/csv").status()).isEqualTo(200);
			assertThat(client.text("/api/" + list, "application/x-ndjson").status()).isEqualTo(200);
		}
	}

	private static List<String> blockingCalls(ServiceProcess service) throws IOException {
		try (Stream<String> lines = Files.lines(service.log())) {
			return lines.filter((line) -> line.startsWith(BlockingWatch.MARK)).toList();
		}
	}

}
