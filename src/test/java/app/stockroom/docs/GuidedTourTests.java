package app.stockroom.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import app.stockroom.StockroomTest;
import app.stockroom.tenancy.TenantId;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every command of docs/api.md does what the page says, with the machine's own bash and
 * curl. It has a context and so a database of its own, in which nobody else makes a demo
 * tenant.
 */
@StockroomTest
@TestPropertySource(properties = "spring.application.name=tour")
class GuidedTourTests {

	/** The tenant that a development token names if it is not told another. */
	private static final UUID DEMO = UUID.fromString("00000000-0000-7000-8000-00000000d3e0");

	private static final String EXPECTED = "# -> ";

	private static final String END = "@end of step@";

	@Autowired
	Tenants tenants;

	@LocalServerPort
	int port;

	@Test
	void everyLineOfTheTourIsTrue() throws IOException, InterruptedException {
		this.tenants.open(new TenantId(DEMO), "demo", 10, 1000).block();
		List<Step> steps = steps(Files.readAllLines(Path.of("docs/api.md")));
		assertThat(steps).hasSizeGreaterThan(20);
		String[] outputs = run(steps).split(END + "\n", -1);
		assertThat(outputs).hasSize(steps.size() + 1);
		for (int i = 0; i < steps.size(); i++) {
			Step step = steps.get(i);
			String output = outputs[i];
			step.expected().forEach((expected) -> assertThat(output).as(step.command()).contains(expected));
		}
	}

	private String run(List<Step> steps) throws IOException, InterruptedException {
		StringBuilder script = new StringBuilder();
		for (Step step : steps) {
			script.append(step.command().replace("127.0.0.1:8080", "127.0.0.1:" + this.port))
				.append("\necho '")
				.append(END)
				.append("'\n");
		}
		Path file = Files.createTempFile("tour", ".sh");
		Path output = Files.createTempFile("tour", ".out");
		Files.writeString(file, script);
		Process bash = new ProcessBuilder("bash", file.toString()).redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(bash.waitFor(1, TimeUnit.MINUTES)).as("the tour has an end").isTrue();
			return Files.readString(output);
		}
		finally {
			bash.destroyForcibly();
			Files.delete(file);
			Files.delete(output);
		}
	}

	/** Each line of a bash block that is no comment is a command. */
	private static List<Step> steps(List<String> page) {
		List<Step> steps = new ArrayList<>();
		boolean inBlock = false;
		for (String line : page) {
			if (line.startsWith("```")) {
				inBlock = line.equals("```bash");
			}
			else if (inBlock && line.startsWith(EXPECTED)) {
				steps.getLast().expected().add(line.substring(EXPECTED.length()));
			}
			else if (inBlock && !line.isBlank()) {
				steps.add(new Step(line, new ArrayList<>()));
			}
		}
		return steps;
	}

	private record Step(String command, List<String> expected) {
	}

}
