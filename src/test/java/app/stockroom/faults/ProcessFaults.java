package app.stockroom.faults;

import java.time.Duration;

import app.stockroom.ServiceProcess;
import app.stockroom.TcpProxy.Line;
import org.junit.jupiter.api.Test;

/**
 * Processes of the service end, in the ways that processes end.
 */
class ProcessFaults {

	/** Within the 25 s that application.yml gives a phase of the shutdown. */
	private static final Duration SHUTDOWN = Duration.ofSeconds(20);

	private final Plant plant = Plant.shared();

	@Test
	void killedProcesses() throws Exception {
		Trial.of(this.plant, "1 kill -9 one of several processes")
			.clientsPerTenant(12)
			.readersPerFeed(1)
			.play((trial) -> {
				for (int i = 0; i < 3; i++) {
					ServiceProcess victim = this.plant.services().get(trial.random().nextInt(3));
					// So that some is committed of which its process could not tell any
					// more
					this.plant.databaseLine().become(Line.late(Duration.ofMillis(20)));
					trial.pause(300, 600);
					victim.kill();
					trial.injected("kill -9 of " + victim.url());
					this.plant.databaseLine().heal();
					trial.pause(500, 2500);
					victim.startAgain();
					trial.pause(500, 1500);
				}
			});
	}

	@Test
	void rollingRestart() throws Exception {
		Trial.of(this.plant, "2 rolling restart with streams open").play((trial) -> {
			for (ServiceProcess service : this.plant.services()) {
				long from = System.nanoTime();
				service.stop();
				trial.injected("SIGTERM to " + service.url());
				if (System.nanoTime() - from > SHUTDOWN.toNanos()) {
					trial.violation("open streams held up the end of " + service.url());
				}
				service.startAgain();
				trial.pause(500, 1500);
			}
			int cutOff = trial.subscribers().stream().mapToInt(Subscriber::cutOff).sum();
			if (cutOff > 0) {
				trial.violation("%d streams broke off in place of being ended".formatted(cutOff));
			}
		});
	}

}
