package app.stockroom.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import app.stockroom.Invariants;
import app.stockroom.platform.Ids;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import app.stockroom.tenancy.TenantId;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static app.stockroom.ledger.Shop.command;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of one tenant goes together in one call.
 */
class LaneTests extends OneConnection {

	@Test
	void whatArrivesWhileACallIsInFlightGoesInTheNext() throws SQLException {
		Shop shop = open();
		UUID product = shop.product("A", 100);
		double before = calls();
		List<CompletableFuture<Outcome>> sales = new ArrayList<>();
		try (Connection held = hold(shop)) {
			sales.add(sale(shop, product));
			awaitCalls(before + 1);
			IntStream.range(0, 50).forEach((_) -> sales.add(sale(shop, product)));
			held.rollback();
		}
		assertThat(sales).allSatisfy((sale) -> assertThat(sale.join()).isInstanceOf(Outcome.Accepted.class));
		assertThat(calls() - before).isEqualTo(2);
	}

	@Test
	void whatArrivesWhileOtherTenantsHaveAllConnectionsGoesTogether() throws SQLException {
		Shop busy = open();
		Shop waiting = open();
		UUID first = busy.product("A", 100);
		UUID second = waiting.product("A", 100);
		double before = calls();
		List<CompletableFuture<Outcome>> sales = new ArrayList<>();
		try (Connection held = hold(busy)) {
			sales.add(sale(busy, first));
			awaitCalls(before + 1);
			IntStream.range(0, 50).forEach((_) -> sales.add(sale(waiting, second)));
			held.rollback();
		}
		assertThat(sales).allSatisfy((sale) -> assertThat(sale.join()).isInstanceOf(Outcome.Accepted.class));
		assertThat(calls() - before).isEqualTo(2);
	}

	@Test
	void manyTenantsAtOnceWaitForAConnectionAndNoneIsTurnedAway() throws Exception {
		CompletableFuture<List<Problem>> answers;
		try (Connection owner = Invariants.owner(this.environment)) {
			owner.setAutoCommit(false);
			owner.createStatement().execute("lock table ledger_head in access exclusive mode");
			answers = Flux.range(0, 1000)
				.flatMap(i -> this.ledger.post(new TenantId(Ids.next()), command(out(Ids.next(), 1)))
					.<Problem>flatMap(outcome -> Mono.empty())
					.onErrorResume(Refusal.class, refusal -> Mono.just(refusal.problem())), 1000)
				.collectList()
				.toFuture();
			owner.rollback();
		}
		assertThat(answers.join()).hasSize(1000).containsOnly(Problem.FORBIDDEN);
	}

}
