package app.stockroom.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import app.stockroom.TcpProxy.Line;
import org.junit.jupiter.api.Test;

/**
 * Clients fail, ask for nonsense, or ask for too much.
 */
class ClientFaults {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/** In turn with as long without one: what else slows the machine down slows both. */
	private static final int FLOODS = 3;

	private static final Duration FLOOD = Duration.ofSeconds(5);

	/**
	 * Requests a second of the noisy tenant: next to nothing, even if each process counts
	 * alone, so that what the others miss is what it costs to turn it away.
	 */
	private static final int LIMIT = 5;

	private final Plant plant = Plant.shared();

	/**
	 * Nothing fails but clients: whoever waits is served, though its change shares a call
	 * with those of others who leave.
	 */
	@Test
	void clientsThatHangUp() throws Exception {
		Trial.of(this.plant, "7 clients hang up after 0-20 ms")
			.clientsPerTenant(12)
			.readersPerFeed(1)
			.habits(Client.Habits.hangingUp(0.6))
			.play((trial) -> {
				long before = trial.unserved();
				// Calls are under way for long enough to be shared, and to be hung up on
				this.plant.databaseLine().become(Line.late(Duration.ofMillis(10)));
				trial.injected("60 % of all attempts cancelled");
				Thread.sleep(Duration.ofSeconds(12));
				trial.stopClients();
				long unserved = trial.unserved() - before;
				if (unserved > 0) {
					trial.violation("I4 %d requests of clients that waited were not served, while others hung up"
						.formatted(unserved));
				}
				this.plant.databaseLine().heal();
				trial.startClients();
			});
	}

	@Test
	void lostAnswers() throws Exception {
		Trial.of(this.plant, "8 answer lost after commit, retried at two processes")
			.habits(Client.Habits.retryingAt(this.plant.doors()))
			.play((trial) -> {
				for (int i = 0; i < 3; i++) {
					this.plant.front().become(Line.losingAnswers(0.4));
					trial.injected("40 % of all answers replaced by a reset");
					trial.pause(2000, 4000);
					this.plant.front().heal();
					trial.pause(500, 1000);
				}
			});
	}

	@Test
	void poison() throws Exception {
		Trial.of(this.plant, "16 poison input in batches").play((trial) -> {
			Shop shop = Shop.open(this.plant, 1, 100);
			String good = "{\"productId\":\"%s\",\"type\":\"OUT\",\"quantity\":1}"
				.formatted(shop.products().getFirst());
			int sold = 0;
			for (byte[] bad : poisons(shop.products().getFirst().toString())) {
				for (String type : List.of("application/json", "application/x-ndjson")) {
					boolean lines = type.endsWith("ndjson");
					HttpResponse<String> answer = send(shop, type, batch(good, bad, lines));
					trial.injected("poison in " + type);
					sold += judge(trial, lines, answer);
				}
			}
			Books books = books(shop);
			long left = books.records().values().stream().mapToLong(Books.State::quantity).sum();
			if (left != 200 - sold) {
				trial.violation("I4 %d of 200 pieces are left after %d were sold".formatted(left, sold));
			}
		});
	}

	/**
	 * Whatever is wrong with one element, the answer is no failure of ours, and the two
	 * beside it are done; only what makes an array unreadable refuses it as a whole.
	 */
	private static int judge(Trial trial, boolean lines, HttpResponse<String> answer) {
		int sold = answer.body().split("\"status\":201", -1).length - 1;
		int refused = answer.body().split("\"status\":4\\d\\d,\"problem\"", -1).length - 1;
		boolean apart = answer.statusCode() == 200 && sold == 2 && refused == 1;
		boolean whole = !lines && answer.statusCode() == 400 && sold == 0;
		if (!apart && !whole) {
			trial.violation("poison was answered %d %s".formatted(answer.statusCode(), answer.body()));
		}
		return sold;
	}

	private static List<byte[]> poisons(String product) {
		List<byte[]> poisons = new ArrayList<>();
		String movement = "{\"productId\":\"" + product + "\",\"type\":\"IN\",\"quantity\":%s,\"reason\":\"%s\"}";
		for (String quantity : List.of("NaN", "1e400", "9007199254740992", "9223372036854775808", "-1", "0.5",
				"[".repeat(2000) + "]".repeat(2000))) {
			poisons.add(movement.formatted(quantity, "x").getBytes(StandardCharsets.UTF_8));
		}
		for (String reason : List.of("\\u0000", "x".repeat(5000), "\\ud800")) {
			poisons.add(movement.formatted("1", reason).getBytes(StandardCharsets.UTF_8));
		}
		byte[] invalid = movement.formatted("1", "?").getBytes(StandardCharsets.ISO_8859_1);
		invalid[invalid.length - 3] = (byte) 0xff;
		poisons.add(invalid);
		return poisons;
	}

	private static byte[] batch(String good, byte[] bad, boolean lines) {
		byte[] begin = ((lines ? "" : "[") + good + (lines ? "\n" : ",")).getBytes(StandardCharsets.UTF_8);
		byte[] end = ((lines ? "\n" : ",") + good + (lines ? "\n" : "]")).getBytes(StandardCharsets.UTF_8);
		byte[] whole = new byte[begin.length + bad.length + end.length];
		System.arraycopy(begin, 0, whole, 0, begin.length);
		System.arraycopy(bad, 0, whole, begin.length, bad.length);
		System.arraycopy(end, 0, whole, begin.length + bad.length, end.length);
		return whole;
	}

	private static HttpResponse<String> send(Shop shop, String type, byte[] body)
			throws IOException, InterruptedException {
		return HTTP.send(HttpRequest.newBuilder(URI.create(shop.url() + "/api/stock-movements/batch"))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", type)
			.header("Authorization", "Bearer " + shop.token())
			.POST(HttpRequest.BodyPublishers.ofByteArray(body))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private Books books(Shop shop) throws Exception {
		try (java.sql.Connection owner = this.plant.owner()) {
			return Books.of(owner, shop.tenant());
		}
	}

	@Test
	void deadlockBait() throws Exception {
		String deadlocks = "select sum(deadlocks) from pg_stat_database";
		long before = this.plant.number(deadlocks);
		Trial.of(this.plant, "17 deadlock bait")
			.tenants(1)
			.clientsPerTenant(24)
			.habits(Client.Habits.ofDocuments())
			.play((trial) -> {
				Thread.sleep(Duration.ofSeconds(12));
				trial.injected("orders of several lines in random order");
				long found = this.plant.number(deadlocks) - before;
				if (found > 0) {
					trial.violation("%d deadlocks".formatted(found));
				}
			});
	}

	@Test
	void noisyTenant() throws Exception {
		Trial.of(this.plant, "20 noisy tenant").play((trial) -> {
			Shop noisy = Shop.open(this.plant, 3, 150);
			noisy.limit(LIMIT);
			// A process knows what it knows of a tenant for five seconds
			trial.pause(6000, 6000);
			long calm = 0;
			long flooded = 0;
			for (int flood = 0; flood < FLOODS; flood++) {
				calm += trial.answersWithin(FLOOD);
				List<Client> clients = greedy(noisy, trial);
				clients.forEach(Thread::startVirtualThread);
				trial.injected("40 clients of one tenant without a pause, which may do %d a second".formatted(LIMIT));
				flooded += trial.answersWithin(FLOOD);
				clients.forEach(Client::abandon);
			}
			if (flooded < 0.8 * calm) {
				trial.violation("other tenants did %d beside the floods and %d without".formatted(flooded, calm));
			}
			long done = noisy.operations().stream().filter((operation) -> operation.answer() != null).count();
			// Of each process, as they count alone while Redis is slow to answer, and of
			// Redis, with what a second has saved up
			if (done > 4 * LIMIT * FLOODS * (FLOOD.toSeconds() + 1)) {
				trial.violation("a tenant that may do %d a second did %d in %d floods of %s".formatted(LIMIT, done,
						FLOODS, FLOOD));
			}
			if (noisy.operations().stream().mapToInt(Operation::turnedAwayTimes).sum() < 100) {
				trial.violation("a tenant that asks for much more than it may was hardly ever turned away");
			}
		});
	}

	private static List<Client> greedy(Shop shop, Trial trial) {
		return Stream
			.generate(() -> new Client(shop, trial.random().nextLong(),
					new Client.Habits(Duration.ofMillis(4), 0, List.of(), false)))
			.limit(40)
			.toList();
	}

}
