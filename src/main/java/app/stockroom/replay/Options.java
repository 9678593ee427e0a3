package app.stockroom.replay;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param file the sales file
 * @param url where the service listens
 * @param mode how lines are posted
 * @param connections how many HTTP connections post at the same time
 * @param token a bearer token, or null to ask the service for a development token
 * @param tenant the tenant to replay into, or null for the token's or for one of the
 * file's own
 */
record Options(Path file, URI url, Mode mode, int connections, @Nullable String token, @Nullable UUID tenant) {

	static final String USAGE = """
			Usage: replay <file.csv.gz> [--url=http://127.0.0.1:8080] [--mode=ndjson|requests] [--connections=<n>]
			              [--token=<bearer token>] [--tenant=<uuid>]

			Posts every line of a sales file through the public API, then compares every product with its own model.
			Without a token it asks for a development token, without a tenant as well it replays into a tenant of the
			file's own. Run it again after an interruption: no line is ever counted twice.

			Exit code: 0 every product is as the model says; 1 a line was refused or a product deviates;
			2 wrong usage or a malformed file, nothing was posted; 3 the service refused or could not be reached.""";

	private static final Set<String> NAMES = Set.of("url", "mode", "connections", "token", "tenant");

	private static final int MAX_CONNECTIONS = 1024;

	enum Mode {

		/** Many lines to a request, streamed both ways. */
		NDJSON(4),

		/** One request a line. */
		REQUESTS(64);

		private final int connections;

		Mode(int connections) {
			this.connections = connections;
		}

		String word() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Reads the arguments.
	 * @throws IllegalArgumentException if they cannot be meant so; the message says why
	 */
	static Options of(String... arguments) {
		List<String> files = new ArrayList<>();
		Map<String, String> values = new HashMap<>();
		for (String argument : arguments) {
			if (!argument.startsWith("--")) {
				files.add(argument);
				continue;
			}
			String[] option = argument.substring(2).split("=", 2);
			if (option.length != 2 || !NAMES.contains(option[0])) {
				throw new IllegalArgumentException("unknown option " + argument);
			}
			values.put(option[0], option[1]);
		}
		if (files.size() != 1) {
			throw new IllegalArgumentException("name one sales file");
		}
		return of(Path.of(files.getFirst()), values);
	}

	private static Options of(Path file, Map<String, String> values) {
		Mode mode = Mode.valueOf(values.getOrDefault("mode", "ndjson").toUpperCase(Locale.ROOT));
		String connections = values.getOrDefault("connections", String.valueOf(mode.connections));
		int count = Integer.parseInt(connections);
		if (count < 1 || count > MAX_CONNECTIONS) {
			throw new IllegalArgumentException("connections must be 1 to " + MAX_CONNECTIONS);
		}
		URI url = URI.create(values.getOrDefault("url", "http://127.0.0.1:8080"));
		if (url.getHost() == null) {
			throw new IllegalArgumentException("url must be like http://127.0.0.1:8080");
		}
		String tenant = values.get("tenant");
		return new Options(file, url, mode, count, values.get("token"),
				(tenant != null) ? UUID.fromString(tenant) : null);
	}

}
