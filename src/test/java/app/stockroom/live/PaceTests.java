package app.stockroom.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In no second more than so many.
 */
class PaceTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	@Test
	void whoIsAloneDoesNotWait() {
		Pace pace = new Pace(2, 0);
		assertThat(pace.next(0)).isZero();
		assertThat(pace.next(10)).isZero();
		assertThat(pace.next(20)).isEqualTo(Duration.ofNanos(SECOND - 20));
		assertThat(pace.next(5 * SECOND)).isZero();
	}

	@Test
	void noSecondHasMoreThanItMay() {
		Random random = new Random(1);
		Pace pace = new Pace(2, 0);
		List<Long> begins = new ArrayList<>();
		long now = 0;
		for (int i = 0; i < 1000; i++) {
			now += random.nextLong(SECOND / 2 + 1);
			begins.add(now + pace.next(now).toNanos());
		}
		for (int i = 2; i < begins.size(); i++) {
			assertThat(begins.get(i) - begins.get(i - 2)).isGreaterThanOrEqualTo(SECOND);
		}
	}

}
