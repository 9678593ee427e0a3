package app.stockroom.ledger;

import java.util.List;
import java.util.Objects;

import app.stockroom.ledger.PostEntries.Row;
import app.stockroom.ledger.Work.Posting;
import app.stockroom.platform.Turns;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * What one tenant posts in a call, and who waits for its rows. It is gathered when the
 * call is about to be sent.
 */
abstract class Share extends Turns.Caller {

	private final TenantId tenant;

	private List<Posting> postings = List.of();

	private List<Command> commands = List.of();

	private @Nullable MonoSink<List<Row>> sink;

	Share(TenantId tenant, Turns.Pace pace) {
		super(pace);
		this.tenant = tenant;
	}

	/** What has to go by itself. */
	static Share alone(TenantId tenant, List<Posting> postings) {
		return new Share(tenant, new Turns.Pace()) {

			@Override
			boolean fits(int lines) {
				return false;
			}

			@Override
			List<Posting> take() {
				return postings;
			}

			@Override
			List<Posting> take(int lines) {
				return postings;
			}

			@Override
			void held() {
			}

		};
	}

	/**
	 * Whether it may go together with others, and all of it in so many lines.
	 */
	abstract boolean fits(int lines);

	/** Takes what goes in a call by itself; never nothing. */
	abstract List<Posting> take();

	/** Takes plain commands of so many lines; never nothing. */
	abstract List<Posting> take(int lines);

	/** Others were answered and this was not: another transaction has the tenant. */
	abstract void held();

	TenantId tenant() {
		return this.tenant;
	}

	void gather() {
		gathered(take());
	}

	void gather(int lines) {
		gathered(take(lines));
	}

	private void gathered(List<Posting> taken) {
		this.postings = taken;
		this.commands = taken.stream().map(Posting::command).toList();
	}

	/** What it carries; gathered now if no call has got so far. */
	List<Posting> postings() {
		if (this.postings.isEmpty()) {
			gather();
		}
		return this.postings;
	}

	List<Command> commands() {
		return this.commands;
	}

	int lines() {
		int lines = 0;
		for (Command command : this.commands) {
			lines += command.lines().size();
		}
		return lines;
	}

	/**
	 * Waits for its rows.
	 * @param send sends it, unless another call takes it along
	 */
	Mono<List<Row>> await(Runnable send) {
		return Mono.create((waiting) -> {
			this.sink = waiting;
			send.run();
		});
	}

	void answer(List<Row> rows) {
		if (rows.getFirst().verdict() == Verdict.HELD) {
			held();
			fail(new WriteFailure(WriteFailure.Knowledge.LOST_RACE,
					new IllegalStateException("Another transaction has the tenant")));
		}
		else {
			Objects.requireNonNull(this.sink).success(rows);
		}
	}

	void fail(Throwable failure) {
		Objects.requireNonNull(this.sink).error(failure);
	}

}
