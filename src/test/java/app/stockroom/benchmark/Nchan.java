package app.stockroom.benchmark;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import app.stockroom.embedded.Ports;
import org.awaitility.Awaitility;

/**
 * nginx with the module nchan, what our feed is compared with; where it is installed, in
 * Debian by the packages nginx-light and libnginx-mod-nchan.
 */
final class Nchan implements AutoCloseable {

	private static final List<Path> MODULES = List.of(Path.of("/usr/lib/nginx/modules/ngx_nchan_module.so"),
			Path.of("/usr/lib64/nginx/modules/ngx_nchan_module.so"));

	private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/bin/nginx"));

	private final Process process;

	private final int port;

	private Nchan(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts it with one worker for each core; empty where it is not installed.
	 */
	static Optional<Nchan> start() throws IOException {
		Optional<Path> program = PROGRAMS.stream().filter(Files::exists).findFirst();
		Optional<Path> module = MODULES.stream().filter(Files::exists).findFirst();
		if (program.isEmpty() || module.isEmpty()) {
			return Optional.empty();
		}
		int port = Ports.free();
		Path home = Files.createDirectories(Path.of("target", "benchmark", "nchan").toAbsolutePath());
		Path configuration = home.resolve("nginx.conf");
		Files.writeString(configuration,
				"""
						load_module %s;
						worker_processes %d;
						worker_rlimit_nofile 65536;
						daemon off;
						pid %s/nginx.pid;
						error_log %s/error.log;
						events { worker_connections 16384; multi_accept on; }
						http {
						  access_log off;
						  client_body_temp_path %s/body; proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi;
						  uwsgi_temp_path %s/uwsgi; scgi_temp_path %s/scgi;
						  tcp_nodelay on; keepalive_requests 1000000;
						  nchan_shared_memory_size 256M;
						  server {
						    listen 127.0.0.1:%d;
						    location ~ ^/sub/(.+)$ { nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest; }
						    location ~ ^/pub/(.+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 100; }
						  }
						}
						"""
					.formatted(module.get(), Runtime.getRuntime().availableProcessors(), home, home, home, home, home,
							home, home, port));
		Process process = new ProcessBuilder(program.get().toString(), "-c", configuration.toString(), "-p",
				home.toString())
			.redirectErrorStream(true)
			.redirectOutput(home.resolve("nginx.log").toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
		Awaitility.await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
			try (Socket socket = new Socket("127.0.0.1", port)) {
				return socket.isConnected();
			}
		});
		return Optional.of(new Nchan(process, port));
	}

	int port() {
		return this.port;
	}

	/** CPU seconds of all its processes. */
	double cpuSeconds() {
		return Stream.concat(Stream.of(this.process.toHandle()), this.process.descendants())
			.mapToDouble((one) -> one.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9)
			.sum();
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

}
