package app.stockroom;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A request that is refused before its body was read: its client gets the answer, however
 * much it was about to send.
 */
@StockroomTest
class EarlyRefusalTests {

	private static final int LENGTH = 1_000_000;

	@LocalServerPort
	int port;

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@ParameterizedTest
	@CsvSource({ "401, POST, /api/stock-movements, application/json, false",
			"415, POST, /api/stock-movements, text/plain, true", "404, POST, /api/nothing, application/json, true",
			"405, DELETE, /api/stock-movements, application/json, true",
			"413, POST, /api/stock-movements, application/json, true",
			"400, POST, /api/stock-movements?x=1, application/json, true" })
	void theAnswerComesFirstAndTheConnectionIsKept(int status, String method, String path, String type, boolean token)
			throws IOException {
		try (Conversation client = new Conversation()) {
			client.say(head(method, path, type, token, ""));
			assertThat(client.hearStatus()).isEqualTo(status);
			client.say(new byte[LENGTH]);
			client.say("GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(client.hearStatus()).isEqualTo(200);
		}
	}

	@Test
	void whereTheConnectionIsClosedTheBodyIsTakenInFirst() {
		Throwable failure;
		Duration lost;
		do {
			try (Standstill machine = Standstill.watched()) {
				failure = catchThrowable(this::sendTheBodyLate);
				lost = machine.total();
			}
		}
		// The service does not wait for ever: it may just have stood still for so long.
		while (failure != null && lost.compareTo(Duration.ofSeconds(1)) > 0);
		assertThat(failure).isNull();
	}

	private void sendTheBodyLate() throws IOException {
		try (Conversation client = new Conversation()) {
			client.say(head("POST", "/api/stock-movements", "application/json", false, "Connection: close\r\n"));
			client.socket.setSoTimeout(300);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::hearStatus);
			client.socket.setSoTimeout(Patience.SECONDS * 1000);
			client.say(new byte[LENGTH]);
			assertThat(client.hearStatus()).isEqualTo(401);
			assertThat(client.in.read()).as("the end").isEqualTo(-1);
		}
	}

	@Test
	void whoNeverSendsWhatWasAnnouncedIsAnsweredAllTheSame() throws IOException {
		try (Conversation client = new Conversation()) {
			client.say(head("POST", "/api/stock-movements", "application/json", false, "Connection: close\r\n"));
			assertThat(client.hearStatus()).isEqualTo(401);
		}
	}

	private byte[] head(String method, String path, String type, boolean token, String more) {
		String bearer = token ? "Authorization: Bearer " + TenantClient.open(this.web, this.tenants).token() + "\r\n"
				: "";
		return "%s %s HTTP/1.1\r\nHost: x\r\n%s%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
			.formatted(method, path, more, bearer, type, LENGTH)
			.getBytes(StandardCharsets.US_ASCII);
	}

	/** A plain socket. */
	private final class Conversation implements AutoCloseable {

		private final Socket socket = new Socket("127.0.0.1", EarlyRefusalTests.this.port);

		private final OutputStream out = this.socket.getOutputStream();

		private final BufferedReader in = new BufferedReader(
				new InputStreamReader(this.socket.getInputStream(), StandardCharsets.ISO_8859_1));

		Conversation() throws IOException {
			this.socket.setSoTimeout(Patience.SECONDS * 1000);
		}

		void say(byte[] bytes) throws IOException {
			this.out.write(bytes);
			this.out.flush();
		}

		/** Reads an answer whole. */
		int hearStatus() throws IOException {
			String status = this.in.readLine();
			int length = 0;
			for (String line = this.in.readLine(); !line.isEmpty(); line = this.in.readLine()) {
				if (line.toLowerCase().startsWith("content-length:")) {
					length = Integer.parseInt(line.substring(15).strip());
				}
			}
			this.in.skip(length);
			return Integer.parseInt(status.split(" ")[1]);
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
