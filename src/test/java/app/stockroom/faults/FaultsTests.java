package app.stockroom.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import app.stockroom.ServiceProcess;
import app.stockroom.TcpProxy.Line;
import org.junit.jupiter.api.Test;

/**
 * The short form of the fault tests, for every build: all kinds of faults in one run. The
 * long form is {@code ./mvnw -Pfaults verify}.
 */
class FaultsTests {

	@Test
	void nothingIsLostDoubledOrMadeUpWhateverBreaks() throws Exception {
		try (Plant plant = Plant.start(2, Map.of())) {
			Client.Habits habits = new Client.Habits(Duration.ofMillis(80), 0.05, plant.doors(), false);
			Trial.of(plant, "short form").hastily().tenants(2).habits(habits).play((trial) -> {
				ServiceProcess victim = plant.services().get(trial.random().nextInt(2));
				victim.kill();
				trial.injected("kill -9 of a process");
				loseAnswers(trial);
				breakDatabase(trial);
				CompletableFuture<Void> back = CompletableFuture.runAsync(victim::startAgain);
				breakRedis(trial);
				back.join();
			});
		}
	}

	private static void loseAnswers(Trial trial) throws Exception {
		trial.plant().front().become(Line.losingAnswers(0.3));
		trial.injected("30 % of all answers replaced by a reset");
		trial.pause(1500, 2500);
		trial.plant().front().heal();
	}

	private static void breakDatabase(Trial trial) throws Exception {
		trial.plant().postgres().kill();
		trial.injected("kill -9 of every PostgreSQL process");
		trial.pause(300, 1000);
		trial.plant().postgres().start();
		for (int i = 0; i < 5; i++) {
			trial.pause(300, 600);
			trial.injected("pg_terminate_backend of %d".formatted(trial.plant().number("""
					select count(pg_terminate_backend(pid)) from pg_stat_activity
					where usename = 'stockroom_app' and random() < 0.5
					""")));
		}
		for (Line line : List.of(Line.SILENT, Line.poor(Duration.ofMillis(2), Duration.ofMillis(10), 0.05, 0))) {
			trial.plant().databaseLine().become(line);
			trial.injected("the network to the database is " + line);
			trial.pause(1500, 2500);
			trial.plant().databaseLine().heal();
			trial.plant().databaseLine().resetSome(0.3);
		}
	}

	private static void breakRedis(Trial trial) throws Exception {
		trial.plant().redis().kill();
		trial.injected("Redis killed");
		trial.pause(500, 1500);
		trial.plant().redis().start();
		trial.plant().redisLine().reset();
	}

}
