// Watches the picture of an explorer, frame by frame, and the keys that are to change it.
// window.courseWatch.picture(root) begins; .shown(cell) waits for an explorer that was not there before.
window.courseWatch = (() => {
  const pictureIn = (root) => {
    const found = [...root.querySelectorAll("svg.course-picture")];
    const stands = found.some((svg) => svg.childElementCount && svg.getBoundingClientRect().height);
    return stands ? found.map((svg) => svg.innerHTML).join() : null;
  };

  // changed: the first frame with another picture; last: the latest one; frames: how many; blanks: frames without;
  // failure: the exception that stood in its place.
  const picture = (root) => {
    const seen = { pressed: null, changed: null, last: null, frames: 0, blanks: 0, failure: null, over: false };
    let drawn = pictureIn(root);
    const key = (event) => { seen.pressed = event.timeStamp; };
    document.addEventListener("keydown", key, true);
    const look = () => {
      if (seen.over) return document.removeEventListener("keydown", key, true);
      const now = performance.now();
      const found = pictureIn(root);
      seen.failure ??= root.querySelector(".course-error")?.textContent ?? null;
      if (found === null) seen.blanks += 1;
      else if (found !== drawn) {
        drawn = found;
        seen.frames += 1;
        seen.changed ??= now;
        seen.last = now;
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return (window.courseSeen = seen);
  };

  const shown = (cell) => {
    const seen = { pressed: null, changed: null };
    cell.querySelectorAll(".course-explorer").forEach((old) => old.setAttribute("data-before", ""));
    document.addEventListener("keydown", (event) => { seen.pressed = event.timeStamp; }, { capture: true, once: true });
    const look = () => {
      const fresh = cell.querySelector(".course-explorer:not([data-before])");
      if (fresh && pictureIn(fresh) !== null) seen.changed = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.courseSeen = seen;
  };

  return { picture, shown };
})();
