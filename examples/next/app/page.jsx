"use client";
import { useState } from "react";
import { useRestore } from "./use_sidewinder.js";

/** Makes a photo twice as large in the browser; nothing of it leaves the machine. */
export default function Page() {
  const [image, setImage] = useState("/photo.png");
  const { progress, url, error } = useRestore(image);
  return (
    <main>
      <input type="file" accept="image/*" onChange={({ target }) => setImage(target.files[0])} />
      <progress value={progress} />
      {error && <p role="alert">{error.message}</p>}
      {url && <img src={url} alt="The photo, twice as large" />}
    </main>
  );
}
