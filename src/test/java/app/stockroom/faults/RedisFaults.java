package app.stockroom.faults;

import app.stockroom.ServiceProcess;
import app.stockroom.TcpProxy.Line;
import org.junit.jupiter.api.Test;

/**
 * Redis fails; nobody but the feeds' speed notices.
 */
class RedisFaults {

	private final Plant plant = Plant.shared();

	@Test
	void redisInAllItsMoods() throws Exception {
		Trial.of(this.plant, "10 Redis stopped, paused, flapping, dropping, down at start").play((trial) -> {
			this.plant.redis().stop();
			trial.injected("Redis stopped");
			ServiceProcess service = this.plant.services().get(trial.random().nextInt(3));
			service.stop();
			service.startAgain();
			trial.injected("a process started without Redis");
			this.plant.redis().start();
			trial.pause(500, 2000);
			this.plant.redis().pause();
			trial.injected("Redis paused");
			trial.pause(2000, 6000);
			this.plant.redis().resume();
			for (int i = 0; i < 5; i++) {
				this.plant.redis().kill();
				trial.injected("Redis killed");
				trial.pause(100, 700);
				this.plant.redis().start();
				trial.pause(100, 700);
			}
			for (int i = 0; i < 10; i++) {
				this.plant.redisLine().reset();
				trial.injected("messages on their way lost");
				trial.pause(50, 500);
			}
			this.plant.redisLine().become(Line.SILENT);
			trial.injected("black hole before Redis");
			trial.pause(3000, 6000);
			// Nobody announces anything, and nobody writes what would show that
			trial.stopClients();
			trial.awaitFeeds();
			trial.startClients();
			this.plant.redisLine().heal();
		});
	}

}
