package app.stockroom.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import app.stockroom.Issuer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The issuer of tokens fails, changes its keys, and is asked about keys that it never
 * had.
 */
class KeyFaults {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final int FORGERIES = 300;

	@Test
	void keys() throws Exception {
		try (Issuer issuer = new Issuer(); Plant plant = Plant.start(2, issuer)) {
			Trial.of(plant, "19 key-set outage, rotation, random kids").play((trial) -> {
				String tenant = trial.shops().getFirst().tenant().toString();
				int before = issuer.fetches();
				for (int i = 0; i < FORGERIES; i++) {
					int status = get(plant, issuer.forged(tenant));
					if (status != 401) {
						trial.violation("a forged token was answered " + status);
					}
				}
				trial.injected(FORGERIES + " tokens with invented key ids");
				if (issuer.fetches() - before > 20) {
					trial.violation("the issuer was asked %d times".formatted(issuer.fetches() - before));
				}
				issuer.goDown();
				trial.injected("the issuer is out of order");
				trial.pause(2000, 4000);
				get(plant, issuer.forged(tenant));
				trial.pause(2000, 4000);
				issuer.comeBack();
				issuer.rotate();
				trial.injected("new tokens are signed with another key");
				Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> get(plant, issuer.token(tenant)) == 200);
			});
		}
	}

	private static int get(Plant plant, String token) throws IOException, InterruptedException {
		return HTTP
			.send(HttpRequest.newBuilder(URI.create(plant.url() + "/api/products"))
				.timeout(Duration.ofSeconds(20))
				.header("Authorization", "Bearer " + token)
				.build(), HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

}
