package app.stockroom;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import java.util.ServiceLoader;

/**
 * The service with a watch over its event loops: a call that blocks one of them is
 * printed, with its stack, and goes on. For a JVM of its own, because the watch cannot be
 * taken off.
 */
public final class BlockingWatch {

	/** What a line of the log begins with that tells of a blocking call. */
	public static final String MARK = "BLOCKING CALL ";

	/** The call that shows that the watch is on. */
	public static final String PROBE = "shows that the watch is on";

	private BlockingWatch() {
	}

	public static void main(String[] arguments) {
		BlockHound.Builder watch = BlockHound.builder();
		ServiceLoader.load(BlockHoundIntegration.class).forEach(watch::with);
		// The kernel's random bytes are there at once; the file they are read from only
		// looks like one.
		watch.allowBlockingCallsInside("java.security.SecureRandom", "nextBytes");
		watch.blockingMethodCallback((method) -> print(method.toString())).install();
		Mono.fromRunnable(BlockingWatch::probe).subscribeOn(Schedulers.parallel()).block();
		StockroomApplication.main(arguments);
	}

	private static void probe() {
		try {
			Thread.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void print(String method) {
		StackTraceElement[] stack = new Throwable().getStackTrace();
		StringBuilder text = new StringBuilder(MARK).append(method);
		for (StackTraceElement element : stack) {
			boolean probe = element.getMethodName().equals("probe")
					&& element.getClassName().equals(BlockingWatch.class.getName());
			text.append(probe ? " " + PROBE : "").append(" <- ").append(element);
		}
		System.out.println(text);
	}

}
