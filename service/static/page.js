// Comfort only: dropping files, seeing the upload, following the audit. The pages work without it.
"use strict";
(() => {
  const told = document.getElementById("told");
  const form = document.getElementById("drop");
  if (form) {
    const sent = document.getElementById("sent");
    const button = form.querySelector("button");
    const over = (on) => (event) => {
      event.preventDefault();
      form.classList.toggle("over", on);
    };
    form.addEventListener("dragover", over(true));
    form.addEventListener("dragleave", over(false));
    form.addEventListener("drop", (event) => {
      over(false)(event);
      const [model, data] = event.dataTransfer.files;
      for (const [id, file] of [["model", model], ["data", data]]) {
        if (!file) continue;
        const list = new DataTransfer();
        list.items.add(file);
        document.getElementById(id).files = list.files;
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const request = new XMLHttpRequest();
      const fail = (text) => {
        told.textContent = text;
        sent.hidden = true;
        button.disabled = false;
      };
      const body = new FormData(form);
      if (!document.getElementById("data").files.length) body.delete("data");
      request.open("POST", "/v1/audits");
      request.upload.addEventListener("progress", (at) => {
        if (at.lengthComputable) sent.value = (100 * at.loaded) / at.total;
        told.textContent = at.loaded < at.total ? "Sending" : "Sent";
      });
      request.addEventListener("error", () => fail("The server cannot be reached"));
      request.addEventListener("load", () => {
        let answer = {};
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          return fail(`The server answered ${request.status}`);
        }
        if (request.status < 300) return location.assign(answer.links.page);
        const wrong = (answer.errors || []).map((error) => `${error.where}: ${error.what}`);
        return fail([answer.detail, ...wrong].join("; "));
      });
      button.disabled = true;
      sent.hidden = false;
      request.send(body);
    });
  }

  const progress = document.getElementById("progress");
  if (progress && ["queued", "running"].includes(progress.dataset.state)) {
    const events = new EventSource(progress.dataset.events);
    events.addEventListener("progress", (event) => {
      const now = JSON.parse(event.data);
      told.textContent = [now.state, now.stage, now.done ? `${now.done} ${now.stage === "judging" ? "rules" : "samples"}` : ""].filter(Boolean).join(", ");
    });
    events.addEventListener("end", () => {
      events.close();
      location.reload();
    });
  }
})();
