//! Views of one type, for components whose callers need not know what they are made of.

use leptos::prelude::{AnyView, RenderHtml};

/// Erases the type of a view.
pub(crate) trait IntoErasedView {
    /// As `into_any`, but without the code that hydrates a view piece by piece while parts of it
    /// load: the page is hydrated at once, and that code would be a sixth of the wasm.
    fn into_erased(self) -> AnyView;
}

#[cfg(not(feature = "hydrate"))]
impl<V: RenderHtml> IntoErasedView for V {
    fn into_erased(self) -> AnyView {
        use leptos::prelude::IntoAny;

        self.into_any()
    }
}

#[cfg(feature = "hydrate")]
impl<V: RenderHtml> IntoErasedView for V {
    fn into_erased(self) -> AnyView {
        use leptos::prelude::IntoAny;

        hydrated_at_once::HydratedAtOnce(self).into_any()
    }
}

#[cfg(feature = "hydrate")]
mod hydrated_at_once {
    use leptos::attr::Attribute;
    use leptos::attr::any_attribute::AnyAttribute;
    use leptos::prelude::{AddAnyAttr, Render, RenderHtml};
    use leptos::tachys::hydration::Cursor;
    use leptos::tachys::view::{Position, PositionState};

    /// The view itself, but for `hydrate_async`.
    pub(super) struct HydratedAtOnce<V>(pub(super) V);

    impl<V: Render> Render for HydratedAtOnce<V> {
        type State = V::State;

        fn build(self) -> Self::State {
            self.0.build()
        }

        fn rebuild(self, state: &mut Self::State) {
            self.0.rebuild(state);
        }
    }

    impl<V: RenderHtml> AddAnyAttr for HydratedAtOnce<V> {
        type Output<NewAttribute: Attribute> = HydratedAtOnce<V::Output<NewAttribute>>;

        fn add_any_attr<NewAttribute: Attribute>(
            self,
            attribute: NewAttribute,
        ) -> Self::Output<NewAttribute>
        where
            Self::Output<NewAttribute>: RenderHtml,
        {
            HydratedAtOnce(self.0.add_any_attr(attribute))
        }
    }

    impl<V: RenderHtml> RenderHtml for HydratedAtOnce<V> {
        type AsyncOutput = V::AsyncOutput;
        type Owned = HydratedAtOnce<V::Owned>;

        const MIN_LENGTH: usize = V::MIN_LENGTH;
        const EXISTS: bool = V::EXISTS;

        fn dry_resolve(&mut self) {
            self.0.dry_resolve();
        }

        async fn resolve(self) -> Self::AsyncOutput {
            self.0.resolve().await
        }

        fn to_html_with_buf(
            self,
            buf: &mut String,
            position: &mut Position,
            escape: bool,
            mark_branches: bool,
            extra_attrs: Vec<AnyAttribute>,
        ) {
            self.0
                .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
        }

        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> Self::State {
            self.0.hydrate::<FROM_SERVER>(cursor, position)
        }

        async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Self::State {
            unreachable!("the page is hydrated at once: see `entry::hydrate`")
        }

        fn into_owned(self) -> Self::Owned {
            HydratedAtOnce(self.0.into_owned())
        }
    }
}
