import { expect, it } from "@jest/globals";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp } from "../../support/app.js";
import { aSource } from "../../support/builders.js";
import { anEvent } from "../../support/events.js";

it("scheduled sweeps whose reads take their whole minute make sessions all the same", async () => {
  const app = anApp({ observation: { sources: [aSource({ id: "eni-late" })] } });
  const { everything } = app.ports.observer;
  app.ports.observer.everything = async (...of) => {
    app.clock.advance(60_000);
    return everything(...of);
  };
  const scheduled = requestOf(JSON.parse(anEvent("scheduled")));
  expect(await runSweep(app, scheduled, app.clock.now() + 900_000)).toMatchObject({ created: 1 });
});
