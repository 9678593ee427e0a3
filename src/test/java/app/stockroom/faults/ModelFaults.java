package app.stockroom.faults;

import java.util.ArrayList;
import java.util.List;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.model.RandomSequences;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random sequences of requests against a model, other ones in each run.
 */
@StockroomTest
class ModelFaults {

	private static final int SEQUENCES = Integer.getInteger("stockroom.model.sequences", 2000);

	@Autowired
	WebTestClient web;

	@Autowired
	Tenants tenants;

	@Autowired
	ApplicationContext context;

	@Test
	void randomSequences() throws Exception {
		long seed = Long.getLong("stockroom.model.seed", System.nanoTime());
		RandomSequences sequences = new RandomSequences(this.web, this.tenants, this.context);
		List<String> violations = new ArrayList<>();
		sequences.play(seed, SEQUENCES).ifPresent(violations::add);
		violations.addAll(Invariants.violations(this.context.getEnvironment()));
		RandomSequences.REACHED.stream()
			.filter((kind) -> SEQUENCES >= 1000 && !sequences.reached().contains(kind))
			.forEach((kind) -> violations.add("never answered: " + kind));
		Report.add(new Report.Line("22 random API sequences against a model", seed, sequences.answers(), 0, 0, "-",
				violations.size()));
		assertThat(violations).isEmpty();
	}

}
