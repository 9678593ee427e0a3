package app.stockroom.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * A JVM for tests to kill: starts both servers, prints their process ids and waits.
 */
final class ServersToKill {

	private ServersToKill() {
	}

	static void main(String[] arguments) throws Exception {
		DataDirectory directory = DataDirectory.open(Path.of(arguments[0]));
		Path programs = Path.of(arguments[1]);
		PostgresServer postgres = PostgresServer.start(directory, programs, Ports.free(), Map.of());
		postgres.cluster().createDatabase("kept");
		RedisServer redis = RedisServer.start(directory, programs, Ports.free());
		System.out.println(postgres.pid() + " " + redis.pid());
		Thread.sleep(Long.MAX_VALUE);
	}

}
